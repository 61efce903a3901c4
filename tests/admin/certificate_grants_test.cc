// Goal: a certificate gets what its names were granted, and nothing else.
// Method: grants for names of each kind, and certificates whose names nearly match.

#include "admin/certificate_grants.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_clock.h"

namespace sumlog::admin {
namespace {

using ::testing::HasSubstr;
using Kind = SubjectName::Kind;

CertificateGrant GrantFor(const std::string& san, const std::string& name) {
  return {.name = *ParseSubjectName(san),
          .grant = {.name = name, .scopes = {Scope::kRead}, .module_patterns = {}}};
}

void ExpectRefusal(const absl::StatusOr<Grant>& grant, absl::StatusCode code,
                   const std::string& text) {
  EXPECT_EQ(grant.status().code(), code) << grant.status();
  EXPECT_THAT(std::string(grant.status().message()), HasSubstr(text));
}

class CertificateGrantsTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  CertificateGrants grants_{&clock_};
};

TEST(ParseSubjectName, TellsTheKindsApart) {
  EXPECT_EQ(ParseSubjectName("ci.corp.example")->kind, Kind::kDns);
  EXPECT_EQ(ParseSubjectName("spiffe://corp.example/ci")->kind, Kind::kUri);
  EXPECT_EQ(ParseSubjectName("mailto:ci@corp.example")->kind, Kind::kUri);
  EXPECT_EQ(ParseSubjectName("ci@corp.example")->kind, Kind::kEmail);
}

TEST(ParseSubjectName, RefusesWhatCannotMatch) {
  const std::string longest(256, 'a');
  EXPECT_TRUE(ParseSubjectName(longest).ok());
  for (const std::string& text :
       {std::string(), longest + "a", std::string("a b"), std::string("a\nb"),
        std::string("*.corp.example"), std::string("\xc3\xa9.example")}) {
    EXPECT_EQ(ParseSubjectName(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST_F(CertificateGrantsTest, FindsTheGrantOfAnyName) {
  grants_.Replace({GrantFor("ci.corp.example", "ci"), GrantFor("ops@corp.example", "ops")});
  EXPECT_EQ(grants_.Find({{Kind::kDns, "ci.corp.example"}})->name, "ci");
  EXPECT_EQ(grants_.Find({{Kind::kDns, "other"}, {Kind::kEmail, "ops@corp.example"}})->name, "ops");
  EXPECT_TRUE(grants_.HasGrant("ops"));
  EXPECT_FALSE(grants_.HasGrant("ci.corp.example"));
}

TEST_F(CertificateGrantsTest, ComparesKindAndEveryByte) {
  grants_.Replace({GrantFor("ci.corp.example", "ci"), GrantFor("spiffe://corp/ci", "spiffe")});
  const std::vector<SubjectName> wrong = {
      {Kind::kDns, "spiffe://corp/ci"},  {Kind::kUri, "ci.corp.example"},
      {Kind::kEmail, "ci.corp.example"}, {Kind::kDns, "CI.corp.example"},
      {Kind::kDns, "ci.corp.example."},  {Kind::kDns, std::string("ci.corp.example\0x", 17)},
      {Kind::kDns, "*.corp.example"},    {Kind::kDns, ""}};
  for (const SubjectName& name : wrong) {
    ExpectRefusal(grants_.Find({name}), absl::StatusCode::kPermissionDenied, "[[client_cert]]");
  }
}

TEST_F(CertificateGrantsTest, NamesWhatACertificateWithoutAGrantHas) {
  ExpectRefusal(grants_.Find({}), absl::StatusCode::kPermissionDenied, "no DNS, URI or e-mail");
  ExpectRefusal(grants_.Find({{Kind::kDns, "a"}, {Kind::kUri, "b:\n"}}),
                absl::StatusCode::kPermissionDenied, "DNS a, URI b:\\n");
  const std::vector<SubjectName> many(2000, {Kind::kEmail, std::string(200, 'x')});
  const absl::StatusOr<Grant> refused = grants_.Find(many);
  ExpectRefusal(refused, absl::StatusCode::kPermissionDenied, "and 1995 more");
  EXPECT_LT(refused.status().message().size(), 1000);
}

TEST_F(CertificateGrantsTest, ChoosesBetweenNoTwoGrants) {
  grants_.Replace({GrantFor("a", "one"), GrantFor("b", "two")});
  ExpectRefusal(grants_.Find({{Kind::kDns, "a"}, {Kind::kDns, "b"}}),
                absl::StatusCode::kPermissionDenied, "two grants, one and two");
  EXPECT_TRUE(grants_.Find({{Kind::kDns, "a"}, {Kind::kDns, "a"}}).ok());
}

TEST_F(CertificateGrantsTest, EndsAGrantThatExpiresOrIsReplaced) {
  CertificateGrant grant = GrantFor("a", "one");
  grant.grant.expires_at = clock_.Now() + absl::Hours(1);
  grants_.Replace({grant});
  EXPECT_TRUE(grants_.Find({{Kind::kDns, "a"}}).ok());
  clock_.Advance(absl::Hours(1));
  ExpectRefusal(grants_.Find({{Kind::kDns, "a"}}), absl::StatusCode::kUnauthenticated,
                "the grant one has expired");
  grants_.Replace({});
  ExpectRefusal(grants_.Find({{Kind::kDns, "a"}}), absl::StatusCode::kPermissionDenied, "DNS a");
}

}  // namespace
}  // namespace sumlog::admin
