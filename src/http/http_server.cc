#include "http/http_server.h"

#include <algorithm>
#include <exception>
#include <latch>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/thread.h"
#include "http/failure_log.h"
#include "http/listener.h"
#include "http/tls_context.h"
#include "http/worker.h"

namespace sumlog::http {
namespace {

constexpr absl::Duration kDestructorDrain = absl::Seconds(5);
constexpr int kMaxThreads = 256;

// How long Drain waits for connections that it has closed to be gone. They go as soon as their
// threads look; this is for a thread that a handler blocks against its contract.
constexpr absl::Duration kCloseTime = absl::Seconds(1);

class BeastHttpServer final : public HttpServer {
 public:
  BeastHttpServer(const Options& options, Handler* handler)
      : tls_(options.tls.has_value() ? std::make_unique<TlsContext>(*options.tls) : nullptr),
        workers_(MakeWorkers(options, handler)),
        listener_(&workers_, tls_.get(), options.limits.max_connections) {}

  ~BeastHttpServer() override {
    if (threads_.empty()) return;
    Drain(kDestructorDrain);
    for (const auto& worker : workers_) worker->Stop();
    threads_.clear();  // joins
  }

  absl::Status Start(const Options& options) {
    if (tls_ != nullptr) RETURN_IF_ERROR(tls_->Load());
    RETURN_IF_ERROR(listener_.Bind(options.address, options.port));
    listener_.Start();
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      threads_.push_back(
          StartThread(absl::StrCat("http-", i), [worker = workers_[i].get()] { worker->Run(); }));
    }
    return absl::OkStatus();
  }

  std::uint16_t port() const override { return listener_.port(); }

  void Drain(absl::Duration deadline) override {
    // Workers begin to drain after the socket is closed, so that no connection slips in between.
    // Shared: the one who counts down may still be in the latch when the one who waits has gone on.
    const auto begun = std::make_shared<std::latch>(1);
    listener_.StopAccepting([this, begun] {
      for (const auto& worker : workers_) worker->BeginDrain();
      begun->count_down();
    });
    begun->wait();
    if (listener_.gauge()->WaitUntilZero(deadline)) return;
    for (const auto& worker : workers_) worker->CloseAll();
    listener_.gauge()->WaitUntilZero(kCloseTime);
  }

  absl::Status ReloadTls() override { return tls_ != nullptr ? tls_->Load() : absl::OkStatus(); }

 private:
  static std::vector<std::shared_ptr<Worker>> MakeWorkers(const Options& options,
                                                          Handler* handler) {
    std::vector<std::shared_ptr<Worker>> workers;
    const auto failures = std::make_shared<FailureLog>(options.logger);
    ServerLimits limits = options.limits;
    // At least one byte: a worker whose clients have taken everything has room.
    limits.max_unsent_bytes = std::max<std::size_t>(
        limits.max_unsent_bytes / static_cast<std::size_t>(options.threads), 1);
    for (int i = 0; i < options.threads; ++i) {
      workers.push_back(std::make_shared<Worker>(limits, handler, failures));
    }
    return workers;
  }

  // Constant after Start. Workers are shared with answers that are on their way (worker.h); the
  // threads end before the listener and the TLS context that they use.
  const std::unique_ptr<TlsContext> tls_;
  const std::vector<std::shared_ptr<Worker>> workers_;
  Listener listener_;
  std::vector<std::jthread> threads_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Options& options,
                                                              Handler* handler) {
  if (options.threads < 1 || options.threads > kMaxThreads) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot serve with ", options.threads, " threads: want 1 to ", kMaxThreads));
  }
  try {
    auto server = std::make_unique<BeastHttpServer>(options, handler);
    RETURN_IF_ERROR(server->Start(options));
    return server;
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat("cannot start the HTTP server: ", error.what()));
  }
}

}  // namespace sumlog::http
