// A TLS server on loopback that sends one scripted answer to each connection, with a self-signed
// certificate for 127.0.0.1 that it has made for it.
//
// Safe from any thread.

#ifndef SUMLOG_TESTS_CLIENT_TLS_SERVER_H_
#define SUMLOG_TESTS_CLIENT_TLS_SERVER_H_

#include <cstdint>
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
#include "support/loopback_listener.h"

namespace sumlog::client {

// Answers each connection once, over TLS.
class TlsServer {
 public:
  explicit TlsServer(std::function<std::string(const std::string& request)> script)
      : script_(std::move(script)), pair_(testing::MakeTlsPair("127.0.0.1")) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    CHECK(SSL_CTX_use_certificate(context_.get(), pair_.cert.get()) == 1);
    CHECK(SSL_CTX_use_PrivateKey(context_.get(), pair_.key.get()) == 1);
    thread_ = StartThread("tls-server", [this] { Serve(); });
  }
  ~TlsServer() { listener_.Shutdown(); }

  std::uint16_t port() const { return listener_.port(); }
  std::string url() const { return absl::StrCat("https://127.0.0.1:", port()); }
  const std::string& pem() const { return pair_.cert_pem; }

 private:
  void Serve() {
    const SigpipeBlock block;  // clients hang up on certificates that they do not believe
    while (true) {
      const FileDescriptor connection = listener_.Accept();
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
  const testing::LoopbackListener listener_;
  std::jthread thread_;
};

}  // namespace sumlog::client

#endif  // SUMLOG_TESTS_CLIENT_TLS_SERVER_H_
