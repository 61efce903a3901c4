// The running server: configuration → objects → threads, and the way back.

#ifndef SUMLOG_SERVER_SERVER_H_
#define SUMLOG_SERVER_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "log/origin_log.h"
#include "ops/config.h"
#include "ops/logging.h"
#include "server/log_directory.h"

namespace sumlog::server {

class Server {
 public:
  // Opens the log and its listeners; answers requests when it returns. `logger` hears of failures
  // while it runs; it may be null, and outlives the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ops::Config& config,
                                                       const OpenLogOptions& options,
                                                       ops::Logger* logger = nullptr);
  virtual ~Server() = default;

  // "127.0.0.1:41234": what was really bound.
  virtual std::string http_address() const = 0;

  // The same of the gRPC listeners, or "unix:PATH"; empty: there is none.
  virtual std::string grpc_address() const = 0;
  virtual std::string admin_address() const = 0;

  // The log that this process signs; null: there is none, only mirrors.
  virtual log::OriginLog* origin_log() = 0;

  // Takes from `config`, the configuration as it is now, what can change while it serves:
  // [[client_cert]] and the content of the TLS files. On error nothing changed.
  virtual absl::Status Reload(const ops::Config& config) = 0;

  // Not ready, no new connections, answers what is under way, then closes the log.
  virtual void Drain(absl::Duration deadline) = 0;
};

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_SERVER_H_
