// The TLS side of a server: certificate and key from PEM files, replaced while it runs.
//
// TLS 1.2 and 1.3, HTTP/1.1 alone in ALPN: a client that offers only other protocols is refused in
// the handshake, one that offers none is served.
//
// Safe from any thread.

#ifndef SUMLOG_HTTP_TLS_CONTEXT_H_
#define SUMLOG_HTTP_TLS_CONTEXT_H_

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "http/http_server.h"

namespace sumlog::http {

class TlsContext {
 public:
  explicit TlsContext(TlsFiles files) : files_(std::move(files)) {}

  // Reads the files. On error the context of before stays.
  //   kInvalidArgument  not PEM, or the key does not belong to the certificate
  //   others            as ReadFile
  absl::Status Load();

  // The newest context. Shared: a connection may be about to use it while it is replaced.
  std::shared_ptr<boost::asio::ssl::context> Current() const {
    MutexLock lock(&mu_);
    return current_;
  }

 private:
  const TlsFiles files_;
  mutable Mutex mu_;
  std::shared_ptr<boost::asio::ssl::context> current_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_TLS_CONTEXT_H_
