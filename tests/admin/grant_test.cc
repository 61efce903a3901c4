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
  for (const char* pattern : {"", "[a", "a,b", "a b", "/"}) {
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
