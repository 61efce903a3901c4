// A TLS server on loopback that sends one scripted answer to each connection, with a self-signed
// certificate for 127.0.0.1 that it makes itself.
//
// Safe from any thread.

#ifndef SUMLOG_TESTS_CLIENT_TLS_SERVER_H_
#define SUMLOG_TESTS_CLIENT_TLS_SERVER_H_

#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/file.h"
#include "base/thread.h"
#include "client/sigpipe_block.h"

namespace sumlog::client {

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
using Context = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using Memory = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

inline Certificate MakeCertificate(EVP_PKEY* key) {
  Certificate cert(X509_new());
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
  X509_set_pubkey(cert.get(), key);
  X509_NAME* const subject = X509_get_subject_name(cert.get());
  unsigned char common_name[] = "127.0.0.1";
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(cert.get(), subject);
  const Extension name(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"));
  CHECK(name != nullptr && X509_add_ext(cert.get(), name.get(), -1) == 1);
  CHECK(X509_sign(cert.get(), key, EVP_sha256()) > 0);
  return cert;
}

inline std::string Pem(X509* cert) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), cert);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

// Answers each connection once, over TLS.
class TlsServer {
 public:
  explicit TlsServer(std::function<std::string(const std::string& request)> script)
      : script_(std::move(script)), key_(EVP_EC_gen("P-256")), cert_(MakeCertificate(key_.get())) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    CHECK(SSL_CTX_use_certificate(context_.get(), cert_.get()) == 1);
    CHECK(SSL_CTX_use_PrivateKey(context_.get(), key_.get()) == 1);
    listener_ = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic = {};
    std::memcpy(&generic, &address, sizeof(address));
    CHECK(::bind(listener_.get(), &generic, sizeof(generic)) == 0);
    CHECK(::listen(listener_.get(), 16) == 0);
    socklen_t length = sizeof(generic);
    CHECK(::getsockname(listener_.get(), &generic, &length) == 0);
    std::memcpy(&address, &generic, sizeof(address));
    port_ = ntohs(address.sin_port);
    thread_ = StartThread("tls-server", [this] { Serve(); });
  }
  ~TlsServer() { ::shutdown(listener_.get(), SHUT_RDWR); }

  std::uint16_t port() const { return port_; }
  std::string url() const { return absl::StrCat("https://127.0.0.1:", port_); }
  std::string pem() const { return Pem(cert_.get()); }

 private:
  void Serve() {
    const SigpipeBlock block;  // clients hang up on certificates that they do not believe
    while (true) {
      const FileDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection.valid()) return;
      const Session session(SSL_new(context_.get()));
      SSL_set_fd(session.get(), connection.get());
      if (SSL_accept(session.get()) == 1) Answer(session.get());
    }
  }

  void Answer(SSL* session) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const int count = SSL_read(session, buffer, sizeof(buffer));
      if (count <= 0) return;
      request.append(buffer, static_cast<std::size_t>(count));
    }
    const std::string answer = script_(request);
    SSL_write(session, answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(session);
  }

  // Constant after construction.
  const std::function<std::string(const std::string& request)> script_;
  const Key key_;
  const Certificate cert_;
  Context context_;
  FileDescriptor listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace sumlog::client

#endif  // SUMLOG_TESTS_CLIENT_TLS_SERVER_H_
