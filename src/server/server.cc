#include "server/server.h"

#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/thread.h"
#include "http/failure_log.h"
#include "http/http_server.h"
#include "http/sumdb_handler.h"
#include "ops/address.h"
#include "server/mirrors.h"
#include "server/rpc_fronts.h"
#include "sumlog/gosum/module_pattern.h"

namespace sumlog::server {
namespace {

// What /readyz says of the writer, to anybody: no paths, no text of the store.
absl::Status WriterReadiness(const absl::Status& writer) {
  switch (writer.code()) {
    case absl::StatusCode::kOk:
      return absl::OkStatus();
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kDataLoss:
      return absl::UnavailableError(
          "the log takes no more records: its writer has stopped, the server's own log says why");
    case absl::StatusCode::kResourceExhausted:
      return absl::UnavailableError("the log cannot write, its disk is full; it tries again");
    default:
      return absl::UnavailableError(
          "the log cannot write, the server's own log says why; it tries again");
  }
}

http::HttpServer::Options HttpOptions(const ops::Config& config, const ops::Address& address) {
  http::HttpServer::Options options;
  options.address = address.host;
  options.port = address.port;
  options.threads = static_cast<int>(config.limits_http_threads);
  if (!config.listen_tls_cert.empty()) {
    options.tls =
        http::TlsFiles{.cert_path = config.listen_tls_cert, .key_path = config.listen_tls_key};
  }
  options.limits.max_header_bytes = static_cast<std::size_t>(config.limits_header_bytes);
  options.limits.max_connections = static_cast<std::size_t>(config.limits_connections);
  options.limits.header_timeout = config.limits_header_timeout;
  options.limits.idle_timeout = config.limits_idle_timeout;
  options.limits.write_timeout = config.limits_write_timeout;
  return options;
}

// What of a data directory is served.
struct Opened {
  std::optional<FileLock> lock;      // where no origin log has it
  std::optional<OpenedLog> log;      // the origin log, if there is one
  std::unique_ptr<Mirrors> mirrors;  // never null
};

absl::StatusOr<Opened> OpenAll(const ops::Config& config, const OpenLogOptions& options,
                               ops::Logger* logger) {
  if (const auto patterns = gosum::ModulePatterns::Parse(config.policy_private); !patterns.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("policy.private: ", patterns.status().message()));
  }
  Opened opened;
  if (config.log_name.empty() && !config.mirrors.empty()) {
    ASSIGN_OR_RETURN(opened.lock, LockDirectory(config.dir));
  } else {
    ASSIGN_OR_RETURN(opened.log, OpenLog(config, options));
  }
  opened.mirrors =
      Mirrors::Open(config, opened.log.has_value() ? opened.log->lock : *opened.lock, logger);
  if (!opened.log.has_value()) RETURN_IF_ERROR(opened.mirrors->status());
  return opened;
}

// gRPC serves the origin log alone.
absl::Status CheckNoGrpc(const ops::Config& config) {
  const bool has_admin =
      config.listen_admin != "off" &&
      config.listen_admin != absl::StrCat("unix:", config.dir, "/admin.sock");  // the default
  if (config.listen_grpc == "off" && !has_admin) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      has_admin ? "listen.admin" : "listen.grpc", " is set, but there is no origin log in ",
      config.dir,
      "\nwhy: mirrors are served over HTTP alone\nfix: leave it out, or make it \"off\""));
}

// Declared in the order of dependence: the listener goes first, the logs last.
class RunningServer final : public Server {
 public:
  RunningServer(const ops::Config& config, Opened opened, ops::Logger* logger)
      : opened_(std::move(opened)), logger_(logger), failures_(logger) {
    http::SumdbHandlerOptions options;
    if (opened_.log.has_value()) {
      options.logs.push_back({.name = config.log_name, .reader = &opened_.log->log->reader()});
    }
    for (http::ServedLog& mirror : opened_.mirrors->served()) {
      options.logs.push_back(std::move(mirror));
    }
    options.contact = config.log_contact;
    options.ready = [this] { return Ready(); };
    options.remarks = [this] { return opened_.mirrors->remarks(); };
    options.logger = logger;
    handler_ = http::NewSumdbHandler(std::move(options));
  }

  // Who waits for a mirror's upstream is answered while the handler is still there.
  ~RunningServer() override { opened_.mirrors->Stop(); }

  absl::Status Listen(const ops::Config& config) {
    if (!opened_.log.has_value()) RETURN_IF_ERROR(CheckNoGrpc(config));
    ASSIGN_OR_RETURN(address_, ops::ParseAddress(config.listen_http));
    http::HttpServer::Options options = HttpOptions(config, address_);
    options.logger = logger_;
    ASSIGN_OR_RETURN(http_, http::HttpServer::Start(options, handler_.get()));
    address_.port = http_->port();
    if (opened_.log.has_value()) {
      ASSIGN_OR_RETURN(rpc_, RpcFronts::Start(config, *opened_.log));
    }
    opened_.mirrors->Start();
    return absl::OkStatus();
  }

  std::string http_address() const override { return ops::FormatAddress(address_); }
  std::string grpc_address() const override { return rpc_ ? rpc_->grpc_address() : ""; }
  std::string admin_address() const override { return rpc_ ? rpc_->admin_address() : ""; }

  log::OriginLog* origin_log() override {
    return opened_.log.has_value() ? opened_.log->log.get() : nullptr;
  }

  absl::Status Reload(const ops::Config& config) override {
    if (rpc_ != nullptr) RETURN_IF_ERROR(rpc_->Reload(config));  // judges the files first
    return http_->ReloadTls();
  }

  void Drain(absl::Duration deadline) override {
    draining_ = true;
    // First: requests may wait for what a mirror asks its upstream.
    opened_.mirrors->Stop();
    {
      // Beside each other, so that one deadline is enough for both.
      std::jthread rpc;
      if (rpc_ != nullptr) {
        rpc = StartThread("rpc-drain", [this, deadline] { rpc_->Drain(deadline); });
      }
      http_->Drain(deadline);
    }
    if (opened_.log.has_value()) opened_.log->log->Drain();
  }

 private:
  absl::Status Ready() {
    if (draining_) return absl::UnavailableError("the server is stopping");
    if (opened_.log.has_value()) {
      const absl::Status writer = opened_.log->log->stats().writer;
      if (!writer.ok()) failures_.Report("the log cannot write", writer.ToString());
      return WriterReadiness(writer);
    }
    if (opened_.mirrors->any_ready()) return absl::OkStatus();
    return absl::UnavailableError(opened_.mirrors->remarks().front());
  }

  Opened opened_;
  ops::Logger* const logger_;  // may be null
  http::FailureLog failures_;
  std::atomic<bool> draining_ = false;
  ops::Address address_;
  std::unique_ptr<http::Handler> handler_;
  std::unique_ptr<http::HttpServer> http_;
  std::unique_ptr<RpcFronts> rpc_;  // null without an origin log
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ops::Config& config,
                                                      const OpenLogOptions& options,
                                                      ops::Logger* logger) {
  ASSIGN_OR_RETURN(Opened opened, OpenAll(config, options, logger));
  auto server = std::make_unique<RunningServer>(config, std::move(opened), logger);
  RETURN_IF_ERROR(server->Listen(config));
  return server;
}

}  // namespace sumlog::server
