// Goal: the server serves over TLS with files that belong together only, refuses who does not speak
// TLS, and takes a new certificate while it serves.
// Method: certificates made here with OpenSSL; clients that trust exactly one of them.

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "rpc_fixture.h"
#include "support/certificates.h"

namespace sumlog::rpc {
namespace {

class RpcTlsTest : public RpcTest {
 protected:
  RpcTlsTest()
      : files_{.cert_path = log_.folder.path() + "/cert.pem",
               .key_path = log_.folder.path() + "/key.pem"} {}

  void Write(const std::string& cert_pem, const std::string& key_pem) {
    std::ofstream(files_.cert_path) << cert_pem;
    std::ofstream(files_.key_path) << key_pem;
  }

  absl::StatusOr<std::unique_ptr<RpcServer>> StartTls() {
    return RpcServer::Start({.reader = &log_->reader(),
                             .addresses = {"127.0.0.1:0"},
                             .tls = files_,
                             .tls_refresh = absl::Seconds(1)});
  }

  // One call by a client that trusts `root_pem` alone.
  static grpc::Status Ask(const std::string& address, const std::string& root_pem) {
    const auto stub = Connect(
        address, grpc::SslCredentials(
                     {.pem_root_certs = root_pem, .pem_private_key = "", .pem_cert_chain = ""}));
    grpc::ClientContext context;
    v1::GetSignedHeadResponse response;
    return stub->GetSignedHead(&context, v1::GetSignedHeadRequest(), &response);
  }

  TlsFiles files_;
};

TEST_F(RpcTlsTest, ServesWhoTrustsItsCertificate) {
  const testing::TlsPair pair = testing::MakeTlsPair("first");
  Write(pair.cert_pem, pair.key_pem);
  const auto server = StartTls();
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string& address = (*server)->addresses().front();
  const grpc::Status status = Ask(address, pair.cert_pem);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_FALSE(Ask(address, testing::MakeTlsPair("other").cert_pem).ok());
  EXPECT_EQ((*server)->CheckTls(), absl::OkStatus());

  grpc::ClientContext context;
  v1::GetSignedHeadResponse response;
  EXPECT_EQ(
      Connect(address)->GetSignedHead(&context, v1::GetSignedHeadRequest(), &response).error_code(),
      grpc::StatusCode::UNAVAILABLE);
}

TEST_F(RpcTlsTest, RefusesFilesThatAreNoPair) {
  const testing::TlsPair pair = testing::MakeTlsPair("first");
  const testing::TlsPair other = testing::MakeTlsPair("other");
  EXPECT_EQ(StartTls().status().code(), absl::StatusCode::kNotFound);
  const struct {
    std::string cert, key, message;
  } cases[] = {
      {pair.cert_pem, other.key_pem, "does not belong to the certificate"},
      {pair.cert_pem, pair.encrypted_key_pem, "is not an unencrypted private key in PEM form"},
      {pair.cert_pem, "", "is not an unencrypted private key in PEM form"},
      {"", pair.key_pem, "is not a certificate in PEM form"},
      {pair.key_pem, pair.key_pem, "is not a certificate in PEM form"},
      {"nonsense", "nonsense", "is not a certificate in PEM form"},
  };
  for (const auto& each : cases) {
    Write(each.cert, each.key);
    const absl::Status status = StartTls().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(each.message));
  }
}

TEST_F(RpcTlsTest, TakesNewFilesWhileItServes) {
  const testing::TlsPair first = testing::MakeTlsPair("first");
  const testing::TlsPair second = testing::MakeTlsPair("second");
  Write(first.cert_pem, first.key_pem);
  const auto server = StartTls();
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string& address = (*server)->addresses().front();
  ASSERT_TRUE(Ask(address, first.cert_pem).ok());
  Write(second.cert_pem, first.key_pem);
  EXPECT_EQ((*server)->CheckTls().code(), absl::StatusCode::kInvalidArgument);
  Write(second.cert_pem, second.key_pem);
  EXPECT_EQ((*server)->CheckTls(), absl::OkStatus());
  while (!Ask(address, second.cert_pem).ok()) {
  }
  EXPECT_FALSE(Ask(address, first.cert_pem).ok());
}

}  // namespace
}  // namespace sumlog::rpc
