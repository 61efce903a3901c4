// A gRPC server over one log: the service sumlog.v1.Log for readers, on listeners of its own also
// sumlog.v1.Admin, with the standard health and reflection services. Hides gRPC: no other room sees
// its headers.
//
// What it decides itself, before a service sees anything: message size, calls per connection,
// streams in all, pings, TLS. Health says SERVING from Start to Drain.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_RPC_SERVER_H_
#define SUMLOG_RPC_RPC_SERVER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "log/log_reader.h"
#include "log/node_cache.h"
#include "rpc/admin_context.h"

namespace sumlog::rpc {

struct TlsFiles {
  std::string cert_path;  // PEM: the certificate, then its chain
  std::string key_path;   // PEM: its private key
  // PEM: who may sign client certificates; empty: clients are not asked for any. For AdminContext's
  // `certificates`: what readers get is the same for everybody.
  std::string client_ca_path = {};
};

// What one message of AddRecords may take: 4096 records of usual size.
inline constexpr std::size_t kMaxAddRequestBytes = std::size_t{4} << 20;

struct RpcLimits {
  std::size_t max_request_bytes = std::size_t{64} << 10;  // one message; larger: RESOURCE_EXHAUSTED
  int max_calls_per_connection = 256;                     // under way; further ones wait
  // Of records and heads, in all; further ones: RESOURCE_EXHAUSTED, or one of the host that has the
  // most (open_streams.h).
  std::size_t max_streams = 256;
  std::size_t max_add_streams = 256;  // of AddRecords; further ones: RESOURCE_EXHAUSTED
  // One of AddRecords on which nothing comes and nothing is owed for so long: DEADLINE_EXCEEDED.
  absl::Duration max_add_idle = absl::Minutes(10);
  absl::Duration max_stall = absl::Seconds(60);  // a stream whose client takes nothing for so long
                                                 // is cancelled
  absl::Duration handshake_timeout = absl::Seconds(10);
  absl::Duration min_ping_interval = absl::Seconds(10);   // who pings more often is cut off
  absl::Duration keepalive_interval = absl::Seconds(60);  // our own pings to a silent peer
  absl::Duration keepalive_timeout = absl::Seconds(20);   // for its answer
  absl::Duration max_connection_idle = absl::Minutes(1);  // without a call
  // What has arrived of messages that are not whole, in all. Beyond it connections without calls
  // are closed, and if that is not enough calls end with RESOURCE_EXHAUSTED, any of them. gRPC
  // counts roughly: the process grows by about one and a half times as much.
  std::size_t max_buffer_bytes = std::size_t{256} << 20;
  std::size_t node_cache_bytes = log::NodeCache::kDefaultMaxBytes;
};

class RpcServer {
 public:
  struct Options {
    const log::LogReader* reader = nullptr;  // outlives the server
    // Set: sumlog.v1.Admin is served too. Whoever opens a socket may do everything; over HOST:PORT,
    // which then needs `tls`, each call of whatever service needs a token or a client certificate
    // (stranger_gate.h, caller.h).
    std::optional<AdminContext> admin = std::nullopt;
    // Where to listen, at least one: "HOST:PORT" as ops/address.h (port 0: any free one), or
    // "unix:PATH" (at most 107 bytes of path). Sockets get a lock file beside them, "PATH.lock",
    // which stays.
    std::vector<std::string> addresses;
    // For every HOST:PORT; sockets are never encrypted. Files that change are read again within
    // `tls_refresh`, for new connections; while they are not a pair those fail.
    std::optional<TlsFiles> tls = std::nullopt;
    absl::Duration tls_refresh = absl::Seconds(5);  // whole seconds, at least one
    RpcLimits limits = {};
  };

  // Listens and serves until Drain.
  //   kFailedPrecondition  another server has a port or a socket, or something that is no socket
  //                        lies at its path
  //   kInvalidArgument     not an address, TLS files that are not a matching pair, or admin at a
  //                        HOST:PORT without TLS
  //   kNotFound, kPermissionDenied, kUnavailable  as the system says of address or files
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(const Options& options);

  // Drains, at most five seconds.
  virtual ~RpcServer() = default;

  // What was really bound, in the order and form of Options::addresses: "127.0.0.1:41234".
  virtual const std::vector<std::string>& addresses() const = 0;

  // Health says NOT_SERVING, watchers of heads are told that the server stops, new streams are
  // refused; streams of records and other calls go on until they end or `deadline` has passed, then
  // they are cancelled. Returns when all have ended and nothing listens any more. Idempotent.
  virtual void Drain(absl::Duration deadline) = 0;

  // Judges the TLS files as Start does, so that a mistake shows now; they are read again by
  // themselves. OK without TLS.
  virtual absl::Status CheckTls() const = 0;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_RPC_SERVER_H_
