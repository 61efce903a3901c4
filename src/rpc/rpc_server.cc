#include "rpc/rpc_server.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "ops/address.h"
#include "rpc/admin_service.h"
#include "rpc/log_service.h"
#include "rpc/open_streams.h"
#include "rpc/socket_path.h"
#include "rpc/stranger_gate.h"
#include "rpc/tcp_probe.h"
#include "rpc/tls_credentials.h"

namespace sumlog::rpc {
namespace {

constexpr char kUnixPrefix[] = "unix:";

// The threads that gRPC may start for the one service with blocking methods, reflection.
constexpr int kMaxSyncThreads = 8;

// After the streams and what waits for the disk have ended, what is left is answered at once, or
// watches our health for ever.
constexpr absl::Duration kLastAnswers = absl::Seconds(1);

// gRPC and protobuf write complaints to stderr, in their own form and whenever a stranger likes;
// every failure that matters comes back as a Status. Whoever debugs gRPC sets its own variable.
// Also makes health and reflection part of every server.
void SetUpGrpcOnce() {
  static const bool done = [] {
    if (std::getenv("GRPC_VERBOSITY") == nullptr) {
      gpr_set_log_function([](gpr_log_func_args*) {});
      google::protobuf::SetLogHandler(nullptr);
    }
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::EnableDefaultHealthCheckService(true);
    return true;
  }();
  static_cast<void>(done);
}

int ToMilliseconds(absl::Duration duration) {
  return static_cast<int>(
      std::clamp<std::int64_t>(absl::ToInt64Milliseconds(duration), 1, 24 * 3600 * 1000));
}

void SetLimits(const RpcLimits& limits, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(static_cast<int>(limits.max_request_bytes));
  const struct {
    const char* name;
    int value;
  } arguments[] = {
      {GRPC_ARG_ALLOW_REUSEPORT, 0},  // else a second server would get half of the connections
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.max_calls_per_connection},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, ToMilliseconds(limits.handshake_timeout)},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
       ToMilliseconds(limits.min_ping_interval)},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_KEEPALIVE_TIME_MS, ToMilliseconds(limits.keepalive_interval)},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, ToMilliseconds(limits.keepalive_timeout)},
      {GRPC_ARG_MAX_CONNECTION_IDLE_MS, ToMilliseconds(limits.max_connection_idle)},
  };
  for (const auto& argument : arguments) {
    builder->AddChannelArgument(argument.name, argument.value);
  }
  grpc::ResourceQuota quota("sumlog");
  quota.SetMaxThreads(kMaxSyncThreads);
  quota.Resize(limits.max_buffer_bytes);
  builder->SetResourceQuota(quota);
}

class RunningRpcServer final : public RpcServer {
 public:
  explicit RunningRpcServer(const Options& options)
      : tls_(options.tls),
        streams_({.max_streams = options.limits.max_streams,
                  .max_add_streams = options.limits.max_add_streams,
                  .max_stall = options.limits.max_stall,
                  .max_idle = options.limits.max_add_idle}),
        service_(options.reader, options.limits.node_cache_bytes, &streams_) {
    if (options.admin.has_value()) admin_.emplace(*options.admin, &streams_);
  }

  ~RunningRpcServer() override { Drain(absl::Seconds(5)); }

  absl::Status Listen(const Options& options) {
    ASSIGN_OR_RETURN(subscription_,
                     options.reader->Subscribe([this](const auto&) { streams_.NoteNewHead(); }));
    grpc::ServerBuilder builder;
    SetLimits(options.limits, &builder);
    builder.RegisterService(&service_);
    if (admin_.has_value()) builder.RegisterService(&*admin_);

    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    if (tls_.has_value()) {
      RETURN_IF_ERROR(CheckTlsFiles(*tls_));
      credentials = MakeTlsCredentials(*tls_, options.tls_refresh);
      if (options.admin.has_value()) {
        credentials->SetAuthMetadataProcessor(MakeStrangerGate(*options.admin));
      }
    }
    std::vector<Bound> bound(options.addresses.size());
    for (std::size_t i = 0; i < bound.size(); ++i) {
      RETURN_IF_ERROR(AddAddress(options.addresses[i], credentials, &bound[i], &builder));
    }
    server_ = builder.BuildAndStart();
    RETURN_IF_ERROR(TakeAddresses(bound));
    grpc::HealthCheckServiceInterface* const health = server_->GetHealthCheckService();
    health->SetServingStatus(v1::Log::service_full_name(), true);
    if (admin_.has_value()) health->SetServingStatus(v1::Admin::service_full_name(), true);
    return absl::OkStatus();
  }

  const std::vector<std::string>& addresses() const override { return addresses_; }

  void Drain(absl::Duration deadline) override {
    MutexLock lock(&drain_mu_);
    if (server_ == nullptr) return;
    const absl::Time end = absl::Now() + deadline;
    server_->GetHealthCheckService()->SetServingStatus(false);
    streams_.Drain(deadline);
    if (admin_.has_value()) admin_->Drain(end);
    server_->Shutdown(absl::ToChronoTime(std::min(end, absl::Now() + kLastAnswers)));
    server_->Wait();
    server_.reset();
    sockets_.clear();
  }

  absl::Status CheckTls() const override {
    return tls_.has_value() ? CheckTlsFiles(*tls_) : absl::OkStatus();
  }

 private:
  struct Bound {
    std::optional<ops::Address> tcp;  // else the last of sockets_
    std::string unix_address;
    int port = 0;  // filled in by BuildAndStart; 0: could not be bound
  };

  absl::Status AddAddress(const std::string& address,
                          const std::shared_ptr<grpc::ServerCredentials>& credentials, Bound* bound,
                          grpc::ServerBuilder* builder) {
    if (absl::StartsWith(address, kUnixPrefix)) {
      ASSIGN_OR_RETURN(SocketPath socket,
                       SocketPath::Claim(std::string(absl::StripPrefix(address, kUnixPrefix))));
      sockets_.push_back(std::move(socket));
      bound->unix_address = address;
      builder->AddListeningPort(address, grpc::InsecureServerCredentials(), &bound->port);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(bound->tcp, ops::ParseAddress(address));
    if (admin_.has_value() && !tls_.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "administration at ", address,
          " without TLS would send tokens in the clear: want a certificate and key, or "
          "unix:PATH"));
    }
    builder->AddListeningPort(ops::FormatAddress(*bound->tcp), credentials, &bound->port);
    return absl::OkStatus();
  }

  absl::Status TakeAddresses(std::vector<Bound>& bound) {
    for (Bound& each : bound) {
      if (server_ != nullptr) {
        if (each.tcp.has_value()) each.tcp->port = static_cast<std::uint16_t>(each.port);
        addresses_.push_back(each.tcp.has_value() ? ops::FormatAddress(*each.tcp)
                                                  : each.unix_address);
        continue;
      }
      if (each.tcp.has_value()) RETURN_IF_ERROR(ProbeTcpAddress(*each.tcp));
      if (each.port == 0 && !each.tcp.has_value()) {
        return absl::UnavailableError(absl::StrCat("cannot listen on ", each.unix_address));
      }
    }
    if (server_ == nullptr) return absl::UnavailableError("cannot start a gRPC server");
    return absl::OkStatus();
  }

  // Constant after Listen.
  const std::optional<TlsFiles> tls_;
  std::vector<std::string> addresses_;

  OpenStreams streams_;
  LogService service_;
  std::optional<AdminService> admin_;

  std::unique_ptr<log::HeadListeners::Subscription> subscription_;  // wakes streams_

  Mutex drain_mu_;
  std::vector<SocketPath> sockets_;  // changed by Listen and, under drain_mu_, by Drain
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(const Options& options) {
  if (options.addresses.empty()) return absl::InvalidArgumentError("no address to listen on");
  SetUpGrpcOnce();
  auto server = std::make_unique<RunningRpcServer>(options);
  RETURN_IF_ERROR(server->Listen(options));
  return server;
}

}  // namespace sumlog::rpc
