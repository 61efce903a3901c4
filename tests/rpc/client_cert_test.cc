// Goal: over TCP a client certificate lets in whom the configuration grants something, and nobody
// else; and it stops doing so when it ends or is taken out.
// Method: a TLS listener and certificates of an authority of the test, each wrong in one way.

#include <fstream>

#include "admin_fixture.h"
#include "support/certificates.h"

namespace sumlog::rpc {
namespace {

using grpc::StatusCode;
using ::sumlog::testing::CertificateOptions;
using ::sumlog::testing::TlsPair;
using ::testing::IsEmpty;

admin::CertificateGrant Granted(const std::string& san, const std::string& name,
                                std::vector<admin::Scope> scopes,
                                std::vector<std::string> patterns = {}) {
  return {
      .name = *admin::ParseSubjectName(san),
      .grant = {.name = name, .scopes = std::move(scopes), .module_patterns = std::move(patterns)}};
}

class ClientCertTest : public AdminTest {
 protected:
  ClientCertTest() {
    const std::string folder = log_.folder.path();
    std::ofstream(folder + "/cert.pem") << server_pair_.cert_pem;
    std::ofstream(folder + "/key.pem") << server_pair_.key_pem;
    std::ofstream(folder + "/ca.pem") << authority_.cert_pem;
    RpcServer::Options options = AdminOptions("127.0.0.1:0");
    options.admin->certificates = &certificates_;
    options.tls = TlsFiles{.cert_path = folder + "/cert.pem",
                           .key_path = folder + "/key.pem",
                           .client_ca_path = folder + "/ca.pem"};
    options.tls_refresh = absl::Seconds(1);
    server_ = RpcServer::Start(options).value();
    certificates_.Replace({Granted("ci.corp.example", "ci", {admin::Scope::kIngest}, {"*"}),
                           Granted("spiffe://corp/ops", "ops", {admin::Scope::kOperate}),
                           Granted("see@corp.example", "see", {admin::Scope::kRead})});
  }

  // By the authority that the server believes.
  TlsPair Sign(const CertificateOptions& options) const {
    return testing::MakeTlsPair(options, &authority_);
  }

  std::unique_ptr<v1::Admin::Stub> ConnectWith(const TlsPair& pair) {
    return ConnectAdmin(grpc::SslCredentials({.pem_root_certs = server_pair_.cert_pem,
                                              .pem_private_key = pair.key_pem,
                                              .pem_cert_chain = pair.cert_pem}));
  }

  static grpc::Status AskStatus(v1::Admin::Stub& stub, const std::string& token = "") {
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    v1::GetStatusResponse response;
    return stub.GetStatus(&context, v1::GetStatusRequest(), &response);
  }

  // Over a connection of its own.
  grpc::Status AskStatusWith(const CertificateOptions& options) {
    return AskStatus(*ConnectWith(Sign(options)));
  }

  std::string ReadToken() {
    return tokens_
        ->Create({.name = "night", .scopes = {admin::Scope::kRead}, .module_patterns = {}})
        ->secret;
  }

  const TlsPair authority_ = testing::MakeAuthority("authority");
  const TlsPair server_pair_ = testing::MakeTlsPair("admin");
  admin::CertificateGrants certificates_{&log_.clock};
};

TEST_F(ClientCertTest, LetsInWhoHasAGrantedNameOfAnyKind) {
  EXPECT_TRUE(AskStatusWith({.names = "email:see@corp.example", .usage = "clientAuth"}).ok());
  EXPECT_TRUE(AskStatusWith({.names = "DNS:other.example,URI:spiffe://corp/ops"}).ok());
  const std::vector<nlohmann::json> lines = JournalLines();
  ASSERT_EQ(lines.size(), 2);
  EXPECT_EQ(lines[0]["who"], "see");
  EXPECT_EQ(lines[1]["who"], "ops");
}

TEST_F(ClientCertTest, GivesItsScopesAndModulesOnly) {
  const auto ci = ConnectWith(Sign({.names = "DNS:ci.corp.example"}));
  ExpectStatus(AskStatus(*ci), StatusCode::PERMISSION_DENIED, "needs the scope read");
  EXPECT_EQ(JournalLines().at(0)["who"], "ci");
  grpc::ClientContext context;
  v1::AddRecordBatchRequest request;
  ToMessage(testing::MakeRecord(7), request.add_records());
  v1::AddRecordBatchResponse response;
  const grpc::Status status = ci->AddRecordBatch(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(log_->reader().store().Provenance(3)->from, "ci");
}

TEST_F(ClientCertTest, NamesWhatACertificateWithoutAGrantHas) {
  ExpectStatus(AskStatusWith({.names = "DNS:x.example,URI:spiffe://x"}),
               StatusCode::PERMISSION_DENIED, "DNS x.example, URI spiffe://x");
  ExpectStatus(AskStatusWith({.names = "IP:127.0.0.1"}), StatusCode::PERMISSION_DENIED,
               "no DNS, URI or e-mail name");
  // A common name is no name, and one kind is not another.
  ExpectStatus(AskStatusWith({.common_name = "ci.corp.example", .names = ""}),
               StatusCode::PERMISSION_DENIED, "no DNS, URI or e-mail name");
  ExpectStatus(AskStatusWith({.names = "URI:see@corp.example"}), StatusCode::PERMISSION_DENIED,
               "URI see@corp.example");
  EXPECT_THAT(JournalLines(), IsEmpty());
}

TEST_F(ClientCertTest, RefusesConnectionsWithBadCertificates) {
  const CertificateOptions good = {.names = "email:see@corp.example"};
  CertificateOptions ended = good, early = good, for_servers = good;
  ended.end = -absl::Minutes(1);
  early.begin = absl::Minutes(30);
  for_servers.usage = "serverAuth";
  for (const CertificateOptions& options : {ended, early, for_servers}) {
    ExpectStatus(AskStatusWith(options), StatusCode::UNAVAILABLE, "");
  }
  const TlsPair other_authority = testing::MakeAuthority("authority");
  const TlsPair ordinary = Sign(good);
  for (const TlsPair& pair : {testing::MakeTlsPair(good, &other_authority),
                              testing::MakeTlsPair(good), testing::MakeTlsPair(good, &ordinary)}) {
    ExpectStatus(AskStatus(*ConnectWith(pair)), StatusCode::UNAVAILABLE, "");
  }
  EXPECT_TRUE(AskStatusWith(good).ok());
}

TEST_F(ClientCertTest, WantsATokenFromWhoShowsNoCertificate) {
  const auto stub = ConnectAdmin(grpc::SslCredentials(
      {.pem_root_certs = server_pair_.cert_pem, .pem_private_key = "", .pem_cert_chain = ""}));
  ExpectStatus(AskStatus(*stub), StatusCode::UNAUTHENTICATED, "no token and no client certificate");
  EXPECT_TRUE(AskStatus(*stub, ReadToken()).ok());
}

TEST_F(ClientCertTest, CountsTheTokenWhereBothCome) {
  const auto ops = ConnectWith(Sign({.names = "URI:spiffe://corp/ops"}));
  ASSERT_TRUE(AskStatus(*ops, ReadToken()).ok());
  EXPECT_EQ(JournalLines().at(0)["who"], "night");
  ExpectStatus(AskStatus(*ops, "slt.night.wrong"), StatusCode::UNAUTHENTICATED, "");
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Basic abc");
  v1::GetStatusResponse response;
  ExpectStatus(ops->GetStatus(&context, v1::GetStatusRequest(), &response),
               StatusCode::UNAUTHENTICATED, "Bearer");
}

TEST_F(ClientCertTest, EndsWithTheCertificateTheGrantAndTheEntry) {
  const auto see = ConnectWith(Sign({.names = "email:see@corp.example"}));
  ASSERT_TRUE(AskStatus(*see).ok());
  certificates_.Replace({});
  ExpectStatus(AskStatus(*see), StatusCode::PERMISSION_DENIED, "e-mail see@corp.example");
  admin::CertificateGrant brief = Granted("see@corp.example", "see", {admin::Scope::kRead});
  brief.grant.expires_at = log_.clock.Now();
  certificates_.Replace({brief});
  ExpectStatus(AskStatus(*see), StatusCode::UNAUTHENTICATED, "the grant see has expired");
  log_.clock.Advance(absl::Hours(24 * 365 * 100));  // the connection lasts longer
  ExpectStatus(AskStatus(*see), StatusCode::UNAUTHENTICATED, "the client certificate has ended");
}

TEST_F(ClientCertTest, EndsAStreamWithItsGrant) {
  const auto ci = ConnectWith(Sign({.names = "DNS:ci.corp.example"}));
  grpc::ClientContext context;
  const auto stream = ci->AddRecords(&context);
  v1::AddRecordsResponse response;
  ASSERT_TRUE(stream->Write(AddRequestOf({testing::MakeRecord(7)})));
  ASSERT_TRUE(stream->Read(&response));
  certificates_.Replace({Granted("ci.corp.example", "ci", {admin::Scope::kIngest}, {"b.example"})});
  ASSERT_TRUE(stream->Write(AddRequestOf({testing::MakeRecord(8)})));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.results(0).refusal(), v1::AddResult::REFUSAL_NOT_GRANTED);
  certificates_.Replace({});
  ASSERT_TRUE(stream->Write(AddRequestOf({testing::MakeRecord(9)})));
  EXPECT_FALSE(stream->Read(&response));
  ExpectStatus(stream->Finish(), StatusCode::PERMISSION_DENIED, "DNS ci.corp.example");
  EXPECT_EQ(NewestHead().size, 4);
}

TEST_F(ClientCertTest, GivesNoTokenTheNameOfACertificate) {
  const auto ops = ConnectWith(Sign({.names = "URI:spiffe://corp/ops"}));
  grpc::ClientContext context;
  v1::CreateTokenRequest request;
  request.mutable_grant()->set_name("ci");
  request.mutable_grant()->add_scopes("read");
  v1::CreateTokenResponse response;
  ExpectStatus(ops->CreateToken(&context, request, &response), StatusCode::ALREADY_EXISTS,
               "[[client_cert]]");
}

TEST_F(ClientCertTest, TakesNewAuthoritiesWhileItServes) {
  const TlsPair next = testing::MakeAuthority("next");
  const CertificateOptions good = {.names = "email:see@corp.example"};
  const TlsPair pair = testing::MakeTlsPair(good, &next);
  EXPECT_FALSE(AskStatus(*ConnectWith(pair)).ok());
  const std::string path = log_.folder.path() + "/ca.pem";
  std::ofstream(path) << next.cert_pem;
  while (!AskStatus(*ConnectWith(pair)).ok()) {
  }
  EXPECT_FALSE(AskStatusWith(good).ok());
  std::ofstream(path) << "nonsense";
  EXPECT_EQ(server_->CheckTls().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ClientCertTest, DoesNotStartWithAuthoritiesThatAreNone) {
  const std::string path = log_.folder.path() + "/ca.pem";
  RpcServer::Options options = AdminOptions("127.0.0.1:0");
  options.tls = TlsFiles{.cert_path = log_.folder.path() + "/cert.pem",
                         .key_path = log_.folder.path() + "/key.pem",
                         .client_ca_path = path};
  std::ofstream(path) << "nonsense";
  EXPECT_EQ(RpcServer::Start(options).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sumlog::rpc
