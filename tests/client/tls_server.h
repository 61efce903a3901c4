// A TLS server on loopback that sends one scripted answer to each connection, with a self-signed
// certificate for 127.0.0.1 that it has made for it.
//
// Safe from any thread.

#ifndef SUMLOG_TESTS_CLIENT_TLS_SERVER_H_
#define SUMLOG_TESTS_CLIENT_TLS_SERVER_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/file.h"
#include "base/thread.h"
#include "client/sigpipe_block.h"
#include "support/certificates.h"

namespace sumlog::client {

// Answers each connection once, over TLS.
class TlsServer {
 public:
  explicit TlsServer(std::function<std::string(const std::string& request)> script)
      : script_(std::move(script)), pair_(testing::MakeTlsPair("127.0.0.1")) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    CHECK(SSL_CTX_use_certificate(context_.get(), pair_.cert.get()) == 1);
    CHECK(SSL_CTX_use_PrivateKey(context_.get(), pair_.key.get()) == 1);
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
  const std::string& pem() const { return pair_.cert_pem; }

 private:
  void Serve() {
    const SigpipeBlock block;  // clients hang up on certificates that they do not believe
    while (true) {
      const FileDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection.valid()) return;
      const testing::TlsSession session(SSL_new(context_.get()));
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
  const testing::TlsPair pair_;
  testing::TlsContext context_;
  FileDescriptor listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace sumlog::client

#endif  // SUMLOG_TESTS_CLIENT_TLS_SERVER_H_
