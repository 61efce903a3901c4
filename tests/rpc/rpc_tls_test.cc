// Goal: the server serves over TLS with files that belong together only, refuses who does not speak
// TLS, and takes a new certificate while it serves.
// Method: certificates made here with OpenSSL; clients that trust exactly one of them.

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "rpc_fixture.h"

namespace sumlog::rpc {
namespace {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

std::string Content(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

struct Pair {
  std::string cert_pem;
  std::string key_pem;
  std::string encrypted_key_pem;
};

// A self-signed certificate for 127.0.0.1.
Pair MakePair(const std::string& name) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate cert(X509_new());
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
  X509_set_pubkey(cert.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(cert.get(), subject);
  const Extension names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"));
  X509_add_ext(cert.get(), names.get(), -1);
  X509_sign(cert.get(), key.get(), EVP_sha256());

  const Memory cert_memory(BIO_new(BIO_s_mem()));
  const Memory key_memory(BIO_new(BIO_s_mem()));
  const Memory encrypted_memory(BIO_new(BIO_s_mem()));
  std::string passphrase = "secret";
  PEM_write_bio_X509(cert_memory.get(), cert.get());
  PEM_write_bio_PrivateKey(key_memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PrivateKey(encrypted_memory.get(), key.get(), EVP_aes_256_cbc(), nullptr, 0,
                           nullptr, passphrase.data());
  return {Content(cert_memory.get()), Content(key_memory.get()), Content(encrypted_memory.get())};
}

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
  const Pair pair = MakePair("first");
  Write(pair.cert_pem, pair.key_pem);
  const auto server = StartTls();
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string& address = (*server)->addresses().front();
  const grpc::Status status = Ask(address, pair.cert_pem);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_FALSE(Ask(address, MakePair("other").cert_pem).ok());
  EXPECT_EQ((*server)->CheckTls(), absl::OkStatus());

  grpc::ClientContext context;
  v1::GetSignedHeadResponse response;
  EXPECT_EQ(
      Connect(address)->GetSignedHead(&context, v1::GetSignedHeadRequest(), &response).error_code(),
      grpc::StatusCode::UNAVAILABLE);
}

TEST_F(RpcTlsTest, RefusesFilesThatAreNoPair) {
  const Pair pair = MakePair("first");
  const Pair other = MakePair("other");
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
  const Pair first = MakePair("first");
  const Pair second = MakePair("second");
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
