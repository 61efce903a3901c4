// Goal: a grant allows what its scopes say and nothing else; grants that could not do their work
// are refused when they are made.

#include "admin/grant.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::admin {
namespace {

using ::testing::HasSubstr;

Grant GoodGrant() {
  return {.name = "ci-release.2",
          .scopes = {Scope::kIngest},
          .module_patterns = {"corp.example/*", "corp.example"}};
}

TEST(Scope, NamesReadBackAndNothingElseDoes) {
  for (const Scope scope : {Scope::kIngest, Scope::kOperate, Scope::kRead}) {
    EXPECT_EQ(*ParseScope(ScopeName(scope)), scope);
  }
  for (const char* name : {"", "Ingest", "ingest ", "admin", "read\n"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseScope(name).status())) << name;
  }
}

TEST(CheckScope, AllowsTheGrantedScopesOnly) {
  Grant grant = GoodGrant();
  EXPECT_TRUE(CheckScope(grant, Scope::kIngest).ok());
  for (const Scope missing : {Scope::kOperate, Scope::kRead}) {
    const absl::Status status = CheckScope(grant, missing);
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
    EXPECT_EQ(status.message(), absl::StrCat("this call needs the scope ", ScopeName(missing),
                                             "; the grant ci-release.2 has ingest"));
  }
}

TEST(CheckScope, LetsOperatorsReadButNotIngest) {
  const Grant grant{.name = "operator", .scopes = {Scope::kOperate}, .module_patterns = {}};
  EXPECT_TRUE(CheckScope(grant, Scope::kRead).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(CheckScope(grant, Scope::kIngest)));
}

TEST(CheckScope, LetsTheLocalSocketDoEverything) {
  for (const Scope scope : {Scope::kIngest, Scope::kOperate, Scope::kRead}) {
    EXPECT_TRUE(CheckScope(LocalSocketGrant(), scope).ok());
  }
}

TEST(ModulesOf, CoversWhatThePatternsSay) {
  const absl::StatusOr<gosum::ModulePatterns> modules = ModulesOf(GoodGrant());
  ASSERT_TRUE(modules.ok());
  EXPECT_TRUE(modules->Matches("corp.example"));
  EXPECT_TRUE(modules->Matches("corp.example/a/b"));
  EXPECT_FALSE(modules->Matches("corp.example2"));
  EXPECT_TRUE(ModulesOf(LocalSocketGrant())->Matches("github.com/a/b"));
}

TEST(CheckGrant, TakesGoodOnes) {
  EXPECT_EQ(CheckGrant(GoodGrant()), absl::OkStatus());
  Grant longest = GoodGrant();
  longest.name = std::string(kMaxGrantNameBytes, 'n');
  longest.module_patterns.assign(kMaxModulePatterns, "corp.example");
  EXPECT_EQ(CheckGrant(longest), absl::OkStatus());
}

TEST(CheckGrant, RefusesNamesThatCouldBeMistaken) {
  for (const std::string& name :
       {std::string(), std::string(kMaxGrantNameBytes + 1, 'n'), std::string("a b"),
        std::string("a/b"), std::string("a\nb"), std::string("é"), std::string("a\0b", 3),
        std::string("local-socket")}) {
    Grant grant = GoodGrant();
    grant.name = name;
    EXPECT_TRUE(absl::IsInvalidArgument(CheckGrant(grant))) << name;
  }
}

TEST(CheckGrant, RefusesGrantsWithoutAScope) {
  Grant grant = GoodGrant();
  grant.scopes.clear();
  EXPECT_TRUE(absl::IsInvalidArgument(CheckGrant(grant)));
}

TEST(CheckGrant, RefusesAScopeThatIsThereTwice) {
  Grant grant = GoodGrant();
  grant.scopes = {Scope::kIngest, Scope::kRead, Scope::kOperate};
  EXPECT_EQ(CheckGrant(grant), absl::OkStatus());
  grant.scopes = {Scope::kIngest, Scope::kRead, Scope::kRead};
  EXPECT_EQ(CheckGrant(grant), absl::InvalidArgumentError("the scope read is there twice"));
  grant.scopes.assign(1'000'000, Scope::kRead);
  EXPECT_TRUE(absl::IsInvalidArgument(CheckGrant(grant)));
}

TEST(CheckGrant, WantsModulePatternsForIngestOnly) {
  Grant grant = GoodGrant();
  grant.module_patterns.clear();
  const absl::Status status = CheckGrant(grant);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("module patterns"));
  grant.scopes = {Scope::kRead};
  EXPECT_TRUE(CheckGrant(grant).ok());
}

TEST(CheckGrant, RefusesPatternsThatCouldNotDoTheirWork) {
  const std::string too_long(kMaxModulePatternBytes + 1, 'a');
  for (const std::string& pattern :
       {std::string(), std::string("[a"), std::string("a,b"), std::string("a b"), std::string("/"),
        std::string("a\x1b"), std::string("corp.exämple"), std::string("\u202e*"), too_long}) {
    Grant grant = GoodGrant();
    grant.module_patterns = {pattern};
    EXPECT_TRUE(absl::IsInvalidArgument(CheckGrant(grant))) << pattern;
  }
  Grant grant = GoodGrant();
  grant.module_patterns.assign(kMaxModulePatterns + 1, "corp.example");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckGrant(grant)));
}

}  // namespace
}  // namespace sumlog::admin
