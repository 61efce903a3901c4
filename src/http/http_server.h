// An HTTP/1.1 server for GET and HEAD, in front of one Handler. Hides the HTTP library.
//
// What the server itself decides, before a handler sees anything: malformed requests and smuggling
// attempts (400), methods (405), header size (431), request target length (414), bodies (413),
// connection limits, slow and idle clients, keep-alive, pipelining (answers in order), HEAD,
// If-None-Match (304), TLS.
//
// After the last answer of a connection ("Connection: close", a refusal, a drain) its sending side
// is closed at once, and the socket stays half open until the client closes too, at most about
// three seconds: bytes of the client that nobody has read would reset the connection, and with it
// take the answer away. Such connections count for the limits, and go first when full, as do idle
// ones.
//
// When all connections are in use, newcomers wait in the system's queue. For each of them one
// connection is closed, by the threads in turn: of the thread's own, the one that has been idle
// longest; if none is, the one whose client has owed bytes of a request, or has taken none of its
// answer, for longest, and for more than `eviction_grace`. A connection whose request is in the
// server's hands is never closed for another.
//
// Answers that clients do not take wait in memory, within two bounds (ServerLimits). At the bound
// of its connection, a client's next requests are not read until it has taken answers. At the bound
// of the server no request is taken until others have taken answers; those who have taken none for
// more than `eviction_grace` are closed then. A request that has been taken is always answered, so
// each bound can be exceeded by one answer (and by those that a handler gives later, 8 a
// connection).
//
// A request that meets an exception (no memory) is answered with 500, or loses its connection; the
// others go on.
//
// Safe from any thread.

#ifndef SUMLOG_HTTP_HTTP_SERVER_H_
#define SUMLOG_HTTP_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "http/message.h"
#include "ops/logging.h"

namespace sumlog::http {

struct TlsFiles {
  std::string cert_path;  // PEM: the certificate, then its chain
  std::string key_path;   // PEM: its private key
};

struct ServerLimits {
  std::size_t max_header_bytes = 16 * 1024;           // request line and headers together
  std::size_t max_connections = 4096;                 // further ones wait for one of them to go
  absl::Duration header_timeout = absl::Seconds(10);  // from the first byte (or accept) to the last
                                                      // header; also the TLS handshake
  absl::Duration idle_timeout = absl::Seconds(75);    // between requests of a connection
  absl::Duration write_timeout = absl::Seconds(30);   // for one response to be taken
  absl::Duration eviction_grace = absl::Seconds(1);   // how long a client may keep a full server
                                                      // waiting
  // Answers (heads and bodies) that clients have not taken yet, in bytes. The server's bound is
  // divided evenly among its threads.
  std::size_t max_unsent_bytes_per_connection = std::size_t{64} * 1024;
  std::size_t max_unsent_bytes = std::size_t{64} * 1024 * 1024;
};

class HttpServer {
 public:
  struct Options {
    std::string address = "127.0.0.1";  // IPv4, IPv6 ("::1") or a name
    std::uint16_t port = 0;             // 0: any free one
    int threads = 2;
    std::optional<TlsFiles> tls = std::nullopt;
    ServerLimits limits = {};
    ops::Logger* logger = nullptr;  // hears of failures; may be null; outlives the server
  };

  // Binds, listens and serves until Drain. `handler` must outlive the server.
  //   kFailedPrecondition  the address is taken
  //   kInvalidArgument     not an address, or TLS files that are not a matching pair
  //   kNotFound, kPermissionDenied  as the system says of address or files
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Options& options,
                                                           Handler* handler);

  // Drains, at most five seconds; after a Drain there is nothing left to wait for.
  virtual ~HttpServer() = default;

  virtual std::uint16_t port() const = 0;

  // Stops accepting; idle connections close now, busy ones after their present answer (which says
  // "Connection: close"). What is left when `deadline` has passed is closed then, answered or not:
  // afterwards no connection is open. Idempotent.
  virtual void Drain(absl::Duration deadline) = 0;

  // Reads the TLS files again: new connections use them. On error the old ones stay.
  virtual absl::Status ReloadTls() = 0;
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_HTTP_SERVER_H_
