// Goal: the client brings every call to the server and back, over a socket and over TLS with a
// token, and tells our words from the server's.
// Method: a real server over a log in memory; more records than a message and than the messages
// under way can hold; every way to come without a right.

#include "rpc_client/admin_client.h"

#include <fstream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rpc/admin_fixture.h"
#include "sumlog/client/failure_details.h"
#include "support/certificates.h"

namespace sumlog::rpc_client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AdminClientTest : public rpc::AdminTest {
 protected:
  AdminClientTest() {
    StartAtSocket();
    client_ = AdminClient::Connect({.address = server_->addresses().front()}).value();
  }

  std::unique_ptr<AdminClient> client_;
};

TEST_F(AdminClientTest, AddsMoreRecordsThanMessagesUnderWayHold) {
  constexpr std::uint64_t kCount = 20'000;  // 20 messages; 16 may be under way
  std::vector<gosum::Record> records(kCount, testing::MakeRecord(0));  // the first is there
  for (std::uint64_t i = 1; i < kCount; ++i) records[i].module.path = absl::StrCat("a.b/m", i);
  const auto report = client_->Add(records, false);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->results.size(), kCount);
  EXPECT_EQ(report->results[0].outcome, AddResult::Outcome::kAlreadyThere);
  for (std::uint64_t i = 1; i < kCount; ++i) {
    ASSERT_EQ(report->results[i].number, i + 2);  // behind the three that the log began with
    ASSERT_EQ(report->results[i].outcome, AddResult::Outcome::kAppended);
  }
  EXPECT_EQ(report->head.head, NewestHead());
  EXPECT_EQ(NewestHead().size, kCount + 2);
}

TEST_F(AdminClientTest, KeepsTheOrderOfRefusedRecordsAmongOthers) {
  std::vector<gosum::Record> records = testing::MakeRecords(0, 5);
  std::swap(records[2].zip_hash, records[2].mod_hash);
  const auto report = client_->Add(records, false);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->results[1].outcome, AddResult::Outcome::kAlreadyThere);
  EXPECT_EQ(report->results[2].refusal, AddResult::Refusal::kConflict);
  EXPECT_EQ(report->results[2].number, 2u);
  EXPECT_EQ(report->results[2].evidence_id.size(), 32u);
  EXPECT_EQ(report->results[4].outcome, AddResult::Outcome::kAppended);
}

TEST_F(AdminClientTest, SendsNoRecordThatIsNone) {
  std::vector<gosum::Record> records = testing::MakeRecords(3, 2);
  records[1].mod_hash.clear();
  EXPECT_TRUE(absl::IsInvalidArgument(client_->Add(records, false).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(client_->Add({}, false).status()));
  EXPECT_EQ(NewestHead().size, 3u);
}

TEST_F(AdminClientTest, ListsMoreBlocksThanAPageHolds) {
  constexpr int kCount = 1001;
  for (int i = 0; i < kCount; ++i) {
    ASSERT_EQ(client_->Block({.path = absl::StrCat("a.b/m", i), .version = "v1.0.0"}, "x"),
              absl::OkStatus());
  }
  const auto blocks = client_->ListBlocks();
  ASSERT_TRUE(blocks.ok()) << blocks.status();
  EXPECT_EQ(blocks->size(), std::size_t{kCount});
}

TEST_F(AdminClientTest, ListsMoreTokensThanAPageHolds) {
  constexpr int kCount = 101;
  for (int i = 0; i < kCount; ++i) {
    ASSERT_TRUE(tokens_
                    ->Create({.name = absl::StrCat("t", i),
                              .scopes = {admin::Scope::kRead},
                              .module_patterns = {}})
                    .ok());
  }
  const auto tokens = client_->ListTokens();
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->size(), std::size_t{kCount});
}

TEST_F(AdminClientTest, ReadsTheStatus) {
  ASSERT_TRUE(client_->Freeze("a reason").ok());
  const auto status = client_->GetStatus();
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->log_name, "sum.example.com");
  EXPECT_EQ(status->head.head.size, 3u);
  ASSERT_TRUE(status->frozen.has_value());
  EXPECT_EQ(status->frozen->reason, "a reason");
  EXPECT_EQ(status->frozen->who, "local-socket");
}

TEST_F(AdminClientTest, KeepsTheServersWordsApart) {
  const absl::Status status = client_->RevokeToken("nobody");
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("nobody")));
  EXPECT_THAT(client::ServerTextOf(status), HasSubstr("nobody"));
}

TEST_F(AdminClientTest, FailsWhenTheServerHasGone) {
  server_.reset();
  EXPECT_TRUE(absl::IsUnavailable(client_->GetStatus().status()));
  EXPECT_TRUE(absl::IsUnavailable(client_->Add(testing::MakeRecords(3, 1), false).status()));
}

class AdminClientTlsTest : public rpc::AdminTest {
 protected:
  AdminClientTlsTest() : ca_file_(log_.folder.path() + "/cert.pem") {
    const testing::TlsPair pair = testing::MakeTlsPair("admin");
    const std::string key_file = log_.folder.path() + "/key.pem";
    std::ofstream(ca_file_) << pair.cert_pem;
    std::ofstream(key_file) << pair.key_pem;
    rpc::RpcServer::Options options = AdminOptions("127.0.0.1:0");
    options.tls = rpc::TlsFiles{.cert_path = ca_file_, .key_path = key_file};
    server_ = rpc::RpcServer::Start(options).value();
  }

  std::string Token(const admin::Grant& grant) { return tokens_->Create(grant)->secret; }

  absl::StatusOr<std::unique_ptr<AdminClient>> Connect(const std::string& token) {
    return AdminClient::Connect({.address = "grpcs://" + server_->addresses().front(),
                                 .token = token,
                                 .ca_file = ca_file_});
  }

  const std::string ca_file_;
};

TEST_F(AdminClientTlsTest, ShowsItsTokenAndAddsWhatItIsFor) {
  const auto client = Connect(
      Token({.name = "ci", .scopes = {admin::Scope::kIngest}, .module_patterns = {"example.com"}}));
  ASSERT_TRUE(client.ok()) << client.status();
  gosum::Record record = testing::MakeRecord(7);
  record.module.path = "example.com/a";
  gosum::Record other = testing::MakeRecord(8);
  other.module.path = "elsewhere.com/a";
  const auto report = (*client)->Add({record, other}, false);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->results[0].outcome, AddResult::Outcome::kAppended);
  EXPECT_EQ(report->results[1].refusal, AddResult::Refusal::kNotGranted);
  EXPECT_TRUE(absl::IsPermissionDenied((*client)->GetStatus().status()));
}

TEST_F(AdminClientTlsTest, IsNotKnownWithoutAGoodToken) {
  const std::string expired = Token({.name = "old",
                                     .scopes = {admin::Scope::kRead},
                                     .module_patterns = {},
                                     .expires_at = log_.clock.Now() + absl::Minutes(1)});
  log_.clock.Advance(absl::Minutes(2));
  for (const std::string& token : {std::string(), std::string("slt.nobody.00"), expired}) {
    const auto client = Connect(token);
    ASSERT_TRUE(client.ok()) << client.status();
    const absl::Status status = (*client)->GetStatus().status();
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("SUMLOG_TOKEN"));
  }
}

TEST_F(AdminClientTlsTest, BelievesNoCertificateOfAnotherAuthority) {
  std::ofstream(ca_file_) << testing::MakeTlsPair("admin").cert_pem;
  EXPECT_TRUE(absl::IsUnavailable(Connect("slt.ci.00").status()));
}

class AdminClientCertTest : public rpc::AdminTest {
 protected:
  AdminClientCertTest() {
    const testing::TlsPair pair = testing::MakeTlsPair("admin");
    rpc::RpcServer::Options options = AdminOptions("127.0.0.1:0");
    options.admin->certificates = &certificates_;
    options.tls = rpc::TlsFiles{.cert_path = Write("cert.pem", pair.cert_pem),
                                .key_path = Write("key.pem", pair.key_pem),
                                .client_ca_path = Write("ca.pem", authority_.cert_pem)};
    server_ = rpc::RpcServer::Start(options).value();
    certificates_.Replace(
        {{.name = *admin::ParseSubjectName("ops.example"),
          .grant = {.name = "ops", .scopes = {admin::Scope::kOperate}, .module_patterns = {}}}});
  }

  std::string Write(const std::string& name, const std::string& content) {
    const std::string path = log_.folder.path() + "/" + name;
    std::ofstream(path) << content;
    return path;
  }

  absl::StatusOr<std::unique_ptr<AdminClient>> Connect(const std::string& cert,
                                                       const std::string& key) {
    return AdminClient::Connect({.address = "grpcs://" + server_->addresses().front(),
                                 .ca_file = log_.folder.path() + "/cert.pem",
                                 .cert_file = cert,
                                 .key_file = key});
  }

  const testing::TlsPair authority_ = testing::MakeAuthority("authority");
  admin::CertificateGrants certificates_{&log_.clock};
};

TEST_F(AdminClientCertTest, ShowsItsCertificate) {
  const testing::TlsPair pair = testing::MakeTlsPair({.names = "DNS:ops.example"}, &authority_);
  const auto client = Connect(Write("own.pem", pair.cert_pem), Write("own.key", pair.key_pem));
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_TRUE((*client)->GetStatus().ok());

  const testing::TlsPair other = testing::MakeTlsPair({.names = "DNS:x.example"}, &authority_);
  const auto stranger = Connect(Write("own.pem", other.cert_pem), Write("own.key", other.key_pem));
  ASSERT_TRUE(stranger.ok()) << stranger.status();
  const absl::Status status = (*stranger)->GetStatus().status();
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  EXPECT_THAT(client::ServerTextOf(status), HasSubstr("DNS x.example"));
}

TEST_F(AdminClientCertTest, JudgesItsFilesBeforeItConnects) {
  const testing::TlsPair pair = testing::MakeTlsPair({.names = "DNS:ops.example"}, &authority_);
  const std::string cert = Write("own.pem", pair.cert_pem);
  const std::string key = Write("own.key", pair.key_pem);
  const std::string other = Write("other.key", testing::MakeTlsPair("x").key_pem);
  const std::string encrypted = Write("encrypted.key", pair.encrypted_key_pem);
  const struct {
    std::string cert, key, message;
  } cases[] = {{cert, "", "only the certificate is named"},
               {"", key, "only the key is named"},
               {cert, other, "does not belong to the certificate"},
               {cert, encrypted, "encrypted.key is not an unencrypted private key"},
               {key, key, "is not a certificate"}};
  for (const auto& each : cases) {
    const absl::Status status = Connect(each.cert, each.key).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(each.message));
  }
  const absl::Status status =
      AdminClient::Connect(
          {.address = "grpc://" + server_->addresses().front(), .cert_file = cert, .key_file = key})
          .status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("over TLS only"));
}

TEST_F(AdminClientCertTest, SaysThatTheServerMayNotTakeIt) {
  const testing::TlsPair pair = testing::MakeTlsPair("ops.example");
  const auto client = Connect(Write("own.pem", pair.cert_pem), Write("own.key", pair.key_pem));
  // In TLS 1.3 the client is told after it has thought itself connected.
  const absl::Status status = client.ok() ? (*client)->GetStatus().status() : client.status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

TEST_F(AdminClientTlsTest, ReachesNoTlsServerInTheClear) {
  const auto client = AdminClient::Connect(
      {.address = "grpc://" + server_->addresses().front(), .timeout = absl::Seconds(5)});
  EXPECT_TRUE(absl::IsUnavailable(client.status()) ||
              absl::IsUnavailable((*client)->GetStatus().status()));
}

}  // namespace
}  // namespace sumlog::rpc_client
