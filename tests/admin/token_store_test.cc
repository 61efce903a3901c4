// Goal: a token's secret opens what was granted until it expires or is revoked, also after a
// restart; nothing near it does; the secret itself is nowhere on disk.
// Method: the memory store, a clock that stands still, and each secret damaged in every place.

#include "admin/token_store.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"
#include "support/fake_clock.h"

namespace sumlog::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class TokenStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<TokenStore> Open() {
    absl::StatusOr<std::unique_ptr<TokenStore>> tokens = TokenStore::Open(store_.get(), &clock_);
    EXPECT_TRUE(tokens.ok()) << tokens.status();
    return *std::move(tokens);
  }

  Grant GrantNamed(const std::string& name) const {
    return {.name = name,
            .scopes = {Scope::kIngest, Scope::kRead},
            .module_patterns = {"corp.example", "git.corp.example/*"},
            .created_at = clock_.Now(),
            .expires_at = clock_.Now() + absl::Hours(1)};
  }

  mutable testing::FakeClock clock_;
  const std::unique_ptr<storage::LogStore> store_ = storage::NewMemoryStore();
};

TEST_F(TokenStoreTest, KnowsATokenByItsSecret) {
  const std::unique_ptr<TokenStore> tokens = Open();
  const absl::StatusOr<NewToken> token = tokens->Create(GrantNamed("a.b"));
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_THAT(token->secret, StartsWith("slt.a.b."));
  EXPECT_EQ(token->grant, GrantNamed("a.b"));
  EXPECT_EQ(*tokens->Check(token->secret), GrantNamed("a.b"));
}

TEST_F(TokenStoreTest, RefusesEverySecretNextToTheRightOne) {
  const std::unique_ptr<TokenStore> tokens = Open();
  const std::string secret = tokens->Create(GrantNamed("ci"))->secret;
  const std::string other = tokens->Create(GrantNamed("other"))->secret;
  std::vector<std::string> wrong = {"",           "slt.",        "slt.ci.",
                                    secret + "0", secret + "\n", "slt.other" + secret.substr(6),
                                    " " + secret};
  for (std::size_t i = 0; i < secret.size(); ++i) {
    std::string damaged = secret;
    damaged[i] = damaged[i] == '0' ? '1' : '0';
    wrong.push_back(damaged);
    wrong.push_back(secret.substr(0, i));
  }
  for (const std::string& guess : wrong) {
    EXPECT_TRUE(absl::IsUnauthenticated(tokens->Check(guess).status())) << guess;
  }
  EXPECT_EQ(tokens->Check(other)->name, "other");
}

TEST_F(TokenStoreTest, EndsATokenWhenItExpires) {
  const std::unique_ptr<TokenStore> tokens = Open();
  const std::string secret = tokens->Create(GrantNamed("ci"))->secret;
  clock_.Advance(absl::Hours(1) - absl::Microseconds(1));
  EXPECT_TRUE(tokens->Check(secret).ok());
  clock_.Advance(absl::Microseconds(1));
  const absl::Status expired = tokens->Check(secret).status();
  EXPECT_TRUE(absl::IsUnauthenticated(expired));
  EXPECT_THAT(std::string(expired.message()), HasSubstr("expired"));
}

TEST_F(TokenStoreTest, EndsARevokedTokenAtOnceAndForGood) {
  std::unique_ptr<TokenStore> tokens = Open();
  const std::string secret = tokens->Create(GrantNamed("ci"))->secret;
  ASSERT_TRUE(tokens->Revoke("ci").ok());
  EXPECT_TRUE(absl::IsUnauthenticated(tokens->Check(secret).status()));
  EXPECT_TRUE(absl::IsNotFound(tokens->Revoke("ci")));
  tokens = Open();
  EXPECT_TRUE(absl::IsUnauthenticated(tokens->Check(secret).status()));
  EXPECT_THAT(tokens->List(), IsEmpty());
}

TEST_F(TokenStoreTest, KeepsTokensAcrossARestartAndNoSecretOnDisk) {
  std::unique_ptr<TokenStore> tokens = Open();
  const std::string secret = tokens->Create(GrantNamed("ci"))->secret;
  Grant forever = GrantNamed("ever");
  forever.expires_at = absl::InfiniteFuture();
  ASSERT_TRUE(tokens->Create(forever).ok());

  tokens = Open();
  EXPECT_THAT(tokens->List(), ElementsAre(GrantNamed("ci"), forever));
  EXPECT_TRUE(tokens->Check(secret).ok());
  const std::string on_disk = **store_->GetState("token/ci");
  EXPECT_THAT(on_disk, Not(HasSubstr(secret.substr(secret.size() - 64))));
}

TEST_F(TokenStoreTest, RefusesASecondTokenOfTheSameName) {
  const std::unique_ptr<TokenStore> tokens = Open();
  const std::string secret = tokens->Create(GrantNamed("ci"))->secret;
  EXPECT_TRUE(absl::IsAlreadyExists(tokens->Create(GrantNamed("ci")).status()));
  EXPECT_TRUE(tokens->Check(secret).ok());
}

TEST_F(TokenStoreTest, RefusesGrantsThatAreNone) {
  const std::unique_ptr<TokenStore> tokens = Open();
  Grant no_patterns = GrantNamed("ci");
  no_patterns.module_patterns.clear();
  EXPECT_TRUE(absl::IsInvalidArgument(tokens->Create(no_patterns).status()));
  Grant expired = GrantNamed("ci");
  expired.expires_at = clock_.Now();
  EXPECT_TRUE(absl::IsInvalidArgument(tokens->Create(expired).status()));
  EXPECT_THAT(tokens->List(), IsEmpty());
}

TEST_F(TokenStoreTest, KeepsExpiriesThatOtherProgramsCanRead) {
  const std::unique_ptr<TokenStore> tokens = Open();
  const absl::Time last =
      absl::FromCivil(absl::CivilSecond(9999, 12, 31, 23, 59, 59), absl::UTCTimeZone());
  Grant grant = GrantNamed("ci");
  for (const absl::Time beyond : {last + absl::Seconds(1), absl::FromUnixSeconds(1LL << 62),
                                  absl::FromUnixSeconds(INT64_MAX)}) {
    grant.expires_at = beyond;
    EXPECT_TRUE(absl::IsInvalidArgument(tokens->Create(grant).status())) << beyond;
  }
  grant.expires_at = last;
  EXPECT_EQ(tokens->Create(grant)->grant.expires_at, last);
}

TEST_F(TokenStoreTest, StopsAtItsBound) {
  const std::unique_ptr<TokenStore> tokens = Open();
  for (std::size_t i = 0; i < kMaxTokens; ++i) {
    ASSERT_TRUE(tokens->Create(GrantNamed(absl::StrCat("t", i))).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(tokens->Create(GrantNamed("more")).status()));
  ASSERT_TRUE(tokens->Revoke("t7").ok());
  EXPECT_TRUE(tokens->Create(GrantNamed("more")).ok());
}

TEST_F(TokenStoreTest, DoesNotOpenWithADamagedToken) {
  ASSERT_TRUE(Open()->Create(GrantNamed("ci")).ok());
  const std::string good = **store_->GetState("token/ci");
  for (const std::string& bad : {std::string(), std::string("{}"), good.substr(1), good + "x",
                                 std::string("[1]"), std::string(R"({"name":1})")}) {
    ASSERT_TRUE(store_->PutState("token/ci", bad).ok());
    EXPECT_TRUE(absl::IsDataLoss(TokenStore::Open(store_.get(), &clock_).status())) << bad;
  }
  ASSERT_TRUE(store_->PutState("token/ci", std::nullopt).ok());
  ASSERT_TRUE(store_->PutState("token/other", good).ok());  // of another name
  EXPECT_TRUE(absl::IsDataLoss(TokenStore::Open(store_.get(), &clock_).status()));
}

}  // namespace
}  // namespace sumlog::admin
