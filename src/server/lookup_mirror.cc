#include "server/lookup_mirror.h"

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "client/failover_fetcher.h"
#include "client/http_fetcher.h"
#include "client/mask_credentials.h"
#include "client/paced_fetcher.h"
#include "mirror/contradiction.h"
#include "mirror/lookup_through.h"
#include "server/mirror_directory.h"
#include "server/user_agent.h"
#include "sumlog/gosum/module_pattern.h"

namespace sumlog::server {
namespace {

// A lookup of a version that is new to the upstream makes it fetch that itself.
constexpr absl::Duration kAnswerTimeout = absl::Seconds(30);
constexpr absl::Duration kConnectTimeout = absl::Seconds(5);
constexpr int kRounds = 2;

// Told to all that waits for the network.
class StopSign {
 public:
  bool is_set() const { return is_set_; }

  void Set() {
    MutexLock lock(&mu_);
    is_set_ = true;
    changed_.NotifyAll();
  }

  // False: it was set meanwhile.
  bool Wait(absl::Duration duration) {
    MutexLock lock(&mu_);
    if (!is_set_) changed_.WaitFor(&mu_, duration);
    return !is_set_;
  }

 private:
  std::atomic<bool> is_set_ = false;
  Mutex mu_;
  CondVar changed_;
};

absl::StatusOr<std::unique_ptr<client::Fetcher>> OpenUpstream(const ops::Config& config,
                                                              const ops::MirrorConfig& mirror,
                                                              StopSign* stop) {
  const auto wait = [stop](absl::Duration duration) { return stop->Wait(duration); };
  client::FailoverOptions all;
  for (const std::string& url : mirror.upstream) {
    client::HttpFetcherOptions options;
    options.base_url = url;
    options.timeout = kAnswerTimeout;
    options.connect_timeout = kConnectTimeout;
    options.user_agent = UserAgent(config);
    options.ca_file = mirror.ca_file;
    options.cancelled = [stop] { return stop->is_set(); };
    ASSIGN_OR_RETURN(std::unique_ptr<client::Fetcher> fetcher, client::NewHttpFetcher(options));
    all.fetchers.push_back(client::NewPacedFetcher(
        std::move(fetcher),
        {.max_requests_per_second = mirror.max_requests_per_second, .wait = wait}));
  }
  all.rounds = kRounds;
  all.wait = wait;
  return client::NewFailoverFetcher(std::move(all));
}

class LookupMirror final : public RunningMirror {
 public:
  LookupMirror(std::string name, OpenedMirror opened, ops::Logger* logger)
      : name_(std::move(name)), opened_(std::move(opened)), logger_(logger) {}

  ~LookupMirror() override { Stop(); }

  absl::Status Open(const ops::Config& config, const ops::MirrorConfig& mirror) {
    ASSIGN_OR_RETURN(fetcher_, OpenUpstream(config, mirror, &stop_));
    ASSIGN_OR_RETURN(const gosum::ModulePatterns is_private,
                     gosum::ModulePatterns::Parse(config.policy_private));
    mirror::LookupThrough::Options options{
        .key = mirror.key,
        .store = opened_.store.get(),
        .memory = opened_.memory.get(),
        .fetcher = fetcher_.get(),
        .upstream = client::MaskCredentialsOf(mirror.upstream, " "),
        .evidence_dir = opened_.paths.evidence,
        .is_private = is_private,
        .queue = {},
        .on_fetch = [this](const absl::Status& status, const std::string& evidence) {
          Judge(status, evidence);
        }};
    ASSIGN_OR_RETURN(log_, mirror::LookupThrough::Open(std::move(options)));
    return absl::OkStatus();
  }

  http::ServedLog served() const override { return {.name = name_, .distant = log_.get()}; }
  bool is_ready() const override { return true; }
  std::string remark() const override {
    return contradicted_ ? "its upstream contradicts what it has signed, the server's own log says "
                           "how"
                         : "";
  }
  std::string summary() const override {
    const std::optional<tlog::SignedTreeHead> head = log_->newest();
    return head.has_value() ? absl::StrCat("what was asked for, under a head of ", head->head.size)
                            : "none yet";
  }
  void Start() override {}
  void BeginStop() override { stop_.Set(); }
  void Stop() override {
    BeginStop();
    if (log_ != nullptr) log_->Stop();
  }

 private:
  void Judge(const absl::Status& status, const std::string& evidence) {
    const bool is_contradiction = mirror::IsContradiction(status);
    if (status.ok() || is_contradiction) contradicted_ = is_contradiction;
    if (!is_contradiction || logger_ == nullptr) return;
    logger_->Error(
        "the upstream of a mirror contradicts what it has signed, what was verified is served",
        {{"log", name_},
         {"error", status.message()},
         {"evidence", evidence.empty() ? "could not be kept" : evidence}});
  }

  // In the order of dependence; constant after Open.
  const std::string name_;
  const OpenedMirror opened_;
  ops::Logger* const logger_;  // may be null
  StopSign stop_;
  std::atomic<bool> contradicted_ = false;
  std::unique_ptr<client::Fetcher> fetcher_;
  std::unique_ptr<mirror::LookupThrough> log_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RunningMirror>> OpenLookupMirror(const ops::Config& config,
                                                                const ops::MirrorConfig& mirror,
                                                                const FileLock& lock,
                                                                ops::Logger* logger) {
  ASSIGN_OR_RETURN(OpenedMirror opened, OpenMirror(config, mirror, lock));
  auto running = std::make_unique<LookupMirror>(mirror.name(), std::move(opened), logger);
  RETURN_IF_ERROR(running->Open(config, mirror));
  return running;
}

}  // namespace sumlog::server
