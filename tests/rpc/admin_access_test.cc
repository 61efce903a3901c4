// Goal: over TCP nobody administers a log without TLS and a token, and a token does what it was
// granted and nothing else.
// Method: a TLS listener with a certificate of the test, and every way to come with a wrong token.

#include <grpcpp/generic/generic_stub.h>

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "admin_fixture.h"
#include "support/certificates.h"

namespace sumlog::rpc {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AdminAccessTest : public AdminTest {
 protected:
  AdminAccessTest() {
    const testing::TlsPair pair = testing::MakeTlsPair("admin");
    const std::string folder = log_.folder.path();
    std::ofstream(folder + "/cert.pem") << pair.cert_pem;
    std::ofstream(folder + "/key.pem") << pair.key_pem;
    RpcServer::Options options = AdminOptions("127.0.0.1:0");
    options.tls = TlsFiles{.cert_path = folder + "/cert.pem", .key_path = folder + "/key.pem"};
    server_ = RpcServer::Start(options).value();
    credentials_ = grpc::SslCredentials(
        {.pem_root_certs = pair.cert_pem, .pem_private_key = "", .pem_cert_chain = ""});
    admin_ = ConnectAdmin(credentials_);
  }

  std::string Token(std::vector<admin::Scope> scopes, std::vector<std::string> patterns = {}) {
    return tokens_
        ->Create({.name = absl::StrCat("token-", tokens_->List().size()),
                  .scopes = std::move(scopes),
                  .module_patterns = std::move(patterns),
                  .expires_at = log_.clock.Now() + absl::Hours(1)})
        ->secret;
  }

  // Asks for the status with these values of the header.
  grpc::Status AskStatus(const std::vector<std::string>& headers) {
    grpc::ClientContext context;
    for (const std::string& header : headers) context.AddMetadata("authorization", header);
    v1::GetStatusResponse response;
    return admin_->GetStatus(&context, v1::GetStatusRequest(), &response);
  }

  v1::AddRecordBatchResponse Add(const std::string& token, const gosum::Record& record,
                                 grpc::Status* status) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token);
    v1::AddRecordBatchRequest request;
    ToMessage(record, request.add_records());
    v1::AddRecordBatchResponse response;
    *status = admin_->AddRecordBatch(&context, request, &response);
    return response;
  }

  std::shared_ptr<grpc::ChannelCredentials> credentials_;
};

TEST_F(AdminAccessTest, LetsAGoodTokenIn) {
  const std::string token = Token({admin::Scope::kRead});
  EXPECT_TRUE(AskStatus({"Bearer " + token}).ok());
  EXPECT_TRUE(AskStatus({"bearer " + token}).ok());
}

TEST_F(AdminAccessTest, KeepsEverybodyElseOut) {
  const std::string token = Token({admin::Scope::kRead});
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {""},
      {"Bearer "},
      {token},
      {"Basic " + token},
      {"Bearer " + token + "0"},
      {"Bearer " + absl::AsciiStrToUpper(token)},
      {"Bearer " + token, "Bearer " + token},
  };
  for (const std::vector<std::string>& headers : wrong) {
    ExpectStatus(AskStatus(headers), StatusCode::UNAUTHENTICATED, "");
  }
  EXPECT_THAT(JournalLines(), IsEmpty());
}

// Else strangers could fill the memory with messages that never end.
TEST_F(AdminAccessTest, TurnsAStrangerAwayBeforeTheMessageComes) {
  grpc::GenericStub stub(grpc::CreateChannel(server_->addresses().front(), credentials_));
  for (const std::string method :
       {"/sumlog.v1.Admin/AddRecordBatch", "/sumlog.v1.Admin/AddRecords",
        "/sumlog.v1.Log/WatchHeads", "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "/no.Such/Method"}) {
    SCOPED_TRACE(method);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareCall(&context, method, &queue);
    grpc::Status status;
    void* tag = nullptr;
    bool ok = false;
    call->StartCall(nullptr);
    ASSERT_TRUE(queue.Next(&tag, &ok));
    call->Finish(&status, nullptr);  // nothing was sent but the headers
    ASSERT_TRUE(queue.Next(&tag, &ok));
    ExpectStatus(status, StatusCode::UNAUTHENTICATED, "no token");
  }
}

TEST_F(AdminAccessTest, AnswersReadersWhoHaveAnyGrant) {
  const auto reader = Connect(server_->addresses().front(), credentials_);
  v1::GetSignedHeadResponse head;
  grpc::ClientContext stranger;
  ExpectStatus(reader->GetSignedHead(&stranger, v1::GetSignedHeadRequest(), &head),
               StatusCode::UNAUTHENTICATED, "no token");
  grpc::ClientContext known;
  known.AddMetadata("authorization", "Bearer " + Token({admin::Scope::kIngest}, {"*"}));
  EXPECT_TRUE(reader->GetSignedHead(&known, v1::GetSignedHeadRequest(), &head).ok());
}

TEST_F(AdminAccessTest, ForgetsTokensThatExpireOrAreRevoked) {
  const std::string expiring = Token({admin::Scope::kRead});
  log_.clock.Advance(absl::Hours(1));
  ExpectStatus(AskStatus({"Bearer " + expiring}), StatusCode::UNAUTHENTICATED, "expired");
  const std::string revoked = Token({admin::Scope::kRead});
  ASSERT_TRUE(tokens_->Revoke("token-1").ok());
  ExpectStatus(AskStatus({"Bearer " + revoked}), StatusCode::UNAUTHENTICATED, "");
}

TEST_F(AdminAccessTest, AsksForTheScopeOfEachCallAndJournalsRefusals) {
  const std::string token = Token({admin::Scope::kIngest}, {"example.com"});
  ExpectStatus(AskStatus({"Bearer " + token}), StatusCode::PERMISSION_DENIED, "scope read");
  const std::vector<nlohmann::json> lines = JournalLines();
  ASSERT_EQ(lines.size(), 1);
  EXPECT_EQ(lines[0]["who"], "token-0");
  EXPECT_EQ(lines[0]["call"], "GetStatus");

  grpc::Status status;
  Add(Token({admin::Scope::kOperate}), testing::MakeRecord(7), &status);
  ExpectStatus(status, StatusCode::PERMISSION_DENIED, "scope ingest");
  EXPECT_EQ(NewestHead().size, 3);
}

TEST_F(AdminAccessTest, AddsModulesThatTheGrantCoversOnly) {
  const std::string token = Token({admin::Scope::kIngest}, {"corp.example/*"});
  grpc::Status status;
  const v1::AddRecordBatchResponse refused = Add(token, testing::MakeRecord(7), &status);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(refused.results(0).refusal(), v1::AddResult::REFUSAL_NOT_GRANTED);
  EXPECT_THAT(refused.results(0).reason(), HasSubstr("example.com/m7"));
  EXPECT_EQ(NewestHead().size, 3);

  gosum::Record covered = testing::MakeRecord(7);
  covered.module.path = "corp.example/m7";
  EXPECT_EQ(Add(token, covered, &status).results(0).outcome(), v1::AddResult::OUTCOME_APPENDED);
  EXPECT_EQ(log_->reader().store().Provenance(3)->from, "token-0");
}

TEST_F(AdminAccessTest, EndsAStreamWhoseTokenIsRevoked) {
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + Token({admin::Scope::kIngest}, {"*"}));
  const auto stream = admin_->AddRecords(&context);
  v1::AddRecordsResponse response;
  ASSERT_TRUE(stream->Write(AddRequestOf({testing::MakeRecord(7)})));
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_TRUE(tokens_->Revoke("token-0").ok());
  ASSERT_TRUE(stream->Write(AddRequestOf({testing::MakeRecord(8)})));
  EXPECT_FALSE(stream->Read(&response));
  ExpectStatus(stream->Finish(), StatusCode::UNAUTHENTICATED, "not valid");
  EXPECT_EQ(NewestHead().size, 4);
}

TEST_F(AdminAccessTest, DoesNotListenOnTcpWithoutTls) {
  const absl::Status status = RpcServer::Start(AdminOptions("127.0.0.1:0")).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("TLS"));
}

}  // namespace
}  // namespace sumlog::rpc
