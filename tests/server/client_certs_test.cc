// Goal: a [[client_cert]] grants what it says, or the file is refused with its place and the
// reason. Method: files as an operator writes them, each wrong in one way.

#include "server/client_certs.h"

#include <fstream>
#include <string>

#include "base/status_macros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/temp_folder.h"

namespace sumlog::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kGood[] =
    "[[client_cert]]\n"
    "name = \"ci\"\n"
    "san = \"ci.corp.example\"\n"
    "scopes = [\"ingest\", \"read\"]\n"
    "modules = [\"corp.example/*\", \"git.corp.example\"]\n"
    "expires = \"2030-01-31T00:00:00Z\"\n";

class ClientCertsTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<admin::CertificateGrant>> Read(const std::string& content) {
    std::ofstream(folder_.path() + "/sumlog.toml") << content;
    ASSIGN_OR_RETURN(
        const ops::Config config,
        ops::LoadConfig({.dir = folder_.path(), .file = "", .environment = {}, .flags = {}}));
    return ReadCertificateGrants(config, {{.name = "night", .scopes = {}, .module_patterns = {}}});
  }

  // expect: refused at `line` with a message that has `text`.
  void ExpectRefusal(const std::string& content, int line, const std::string& text) {
    const absl::Status status = Read("[listen]\nclient_ca = \"ca.pem\"\n" + content).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("sumlog.toml:" + std::to_string(line + 2) + ": "));
    EXPECT_THAT(std::string(status.message()), HasSubstr(text));
  }

  testing::TempFolder folder_;
};

TEST_F(ClientCertsTest, ReadsAGrant) {
  const auto grants = Read(std::string("[listen]\nclient_ca = \"ca.pem\"\n") + kGood +
                           "[[client_cert]]\nname = \"ops\"\nsan = \"ops@corp.example\"\n"
                           "scopes = [\"operate\"]\n");
  ASSERT_TRUE(grants.ok()) << grants.status();
  ASSERT_EQ(grants->size(), 2);
  const admin::Grant& grant = (*grants)[0].grant;
  EXPECT_EQ((*grants)[0].name.text, "ci.corp.example");
  EXPECT_EQ(grant.name, "ci");
  EXPECT_THAT(grant.scopes, ElementsAre(admin::Scope::kIngest, admin::Scope::kRead));
  EXPECT_THAT(grant.module_patterns, ElementsAre("corp.example/*", "git.corp.example"));
  EXPECT_EQ(grant.expires_at, absl::FromCivil(absl::CivilDay(2030, 1, 31), absl::UTCTimeZone()));
  EXPECT_EQ((*grants)[1].name.kind, admin::SubjectName::Kind::kEmail);
  EXPECT_EQ((*grants)[1].grant.expires_at, absl::InfiniteFuture());
}

TEST_F(ClientCertsTest, RefusesWhatGrantsNothingOrTooMuch) {
  const std::string name = "[[client_cert]]\nname = \"a\"\n";
  const std::string both = name + "san = \"a\"\n";
  const std::string read = "scopes = [\"read\"]\n";
  ExpectRefusal(name + read, 1, "client_cert.san: got \"\", want a DNS");
  ExpectRefusal(name + "san = \"*.a\"\n" + read, 1, "client_cert.san: got *.a");
  ExpectRefusal("[[client_cert]]\nsan = \"a\"\n" + read, 1, "client_cert.name: \"\" is no name");
  ExpectRefusal("[[client_cert]]\nname = \"local-socket\"\nsan = \"a\"\n" + read, 1,
                "client_cert.name: the name \"local-socket\" is taken");
  ExpectRefusal("[[client_cert]]\nname = \"night\"\nsan = \"a\"\n" + read, 1,
                "client_cert.name: got night, which is the name of a token");
  ExpectRefusal(both, 1, "client_cert.scopes: no scope");
  ExpectRefusal(both + "scopes = []\n", 1, "client_cert.scopes: no scope");
  ExpectRefusal(both + "scopes = [\"read\", \"read\"]\n", 1,
                "client_cert.scopes: the scope read is there twice");
  ExpectRefusal(both + "scopes = [\"write\"]\n", 1, "client_cert.scopes: \"write\" is no scope");
  ExpectRefusal(both + "scopes = [\"ingest\"]\n", 1, "client_cert.modules: the scope ingest needs");
  ExpectRefusal(both + "scopes = [\"ingest\"]\nmodules = [\"a[\"]\n", 1, "client_cert.modules: ");
  ExpectRefusal(both + read + "expires = \"2030-01-31\"\n", 1,
                "client_cert.expires: got \"2030-01-31\", want a time such as");
}

TEST_F(ClientCertsTest, RefusesNamesThatComeTwice) {
  ExpectRefusal(std::string(kGood) +
                    "[[client_cert]]\nname = \"ci\"\nsan = \"b\"\n"
                    "scopes = [\"read\"]\n",
                7, "client_cert.name: got ci, which is the name of the [[client_cert]] ci");
  ExpectRefusal(std::string(kGood) +
                    "[[client_cert]]\nname = \"b\"\nsan = \"ci.corp.example\"\n"
                    "scopes = [\"read\"]\n",
                7,
                "client_cert.san: got ci.corp.example, which is the san of the [[client_cert]] ci");
}

TEST_F(ClientCertsTest, WantsToKnowWhoSigns) {
  const absl::Status status = Read(kGood).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("sumlog.toml:1: [[client_cert]] without "
                                                       "listen.client_ca"));
}

}  // namespace
}  // namespace sumlog::server
