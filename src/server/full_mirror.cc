#include "server/full_mirror.h"

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/thread.h"
#include "log/followed_log.h"
#include "mirror/contradiction.h"
#include "mirror/follower.h"
#include "server/follower_options.h"
#include "server/mirror_directory.h"

namespace sumlog::server {
namespace {

// How the last round went, as far as it concerns those who look from outside.
enum class Health { kWell, kNoAnswer, kContradiction, kFailed };

Health HealthAfter(const absl::Status& round) {
  if (round.ok()) return Health::kWell;
  if (absl::IsUnavailable(round)) return Health::kNoAnswer;
  return mirror::IsContradiction(round) ? Health::kContradiction : Health::kFailed;
}

class FullMirror final : public RunningMirror {
 public:
  FullMirror(std::string name, OpenedMirror opened, std::unique_ptr<log::FollowedLog> log,
             ops::Logger* logger)
      : name_(std::move(name)), opened_(std::move(opened)), log_(std::move(log)), logger_(logger) {}

  ~FullMirror() override { Stop(); }

  absl::Status MakeFollower(const ops::Config& config, const ops::MirrorConfig& mirror) {
    if (mirror.mode == ops::MirrorMode::kBundles) return absl::OkStatus();
    mirror::Follower::Options options = FollowerOptionsOf(config, mirror, opened_);
    options.on_head = [this](const tlog::SignedTreeHead&) { Renew(); };
    options.on_round = [this](const mirror::Round& round) { Judge(round); };
    ASSIGN_OR_RETURN(follower_, mirror::Follower::Create(std::move(options)));
    return absl::OkStatus();
  }

  http::ServedLog served() const override { return {.name = name_, .mirror = log_.get()}; }
  bool is_ready() const override { return log_->reader() != nullptr; }

  std::string remark() const override {
    switch (health_) {
      case Health::kContradiction:
        return "its upstream contradicts what it has signed, the server's own log says how";
      case Health::kFailed:
        return "it cannot be brought up to date, the server's own log says why";
      case Health::kNoAnswer:
        return is_ready() ? "its upstream does not answer" : "its upstream has not answered yet";
      case Health::kWell:
        break;
    }
    return is_ready() ? "" : "nothing of it is verified yet";
  }

  std::string summary() const override {
    const log::LogReader* const reader = log_->reader();
    if (reader == nullptr) return "none yet";
    return absl::StrCat(reader->Newest()->signed_head.head.size);
  }

  void Start() override {
    if (follower_ == nullptr) return;
    thread_ = StartThread("mirror", [this] { follower_->Run(); });
  }
  void BeginStop() override {
    if (follower_ != nullptr) follower_->Stop();
  }
  void Stop() override {
    BeginStop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Renew() {
    const absl::Status status = log_->Renew();
    if (status.ok() || logger_ == nullptr) return;
    logger_->Error("a mirror cannot serve its newest head, the one before is served",
                   {{"log", name_}, {"error", status.ToString()}});
  }

  // Says what is new; an upstream that is away for a day is one line, not a thousand.
  void Judge(const mirror::Round& round) {
    if (absl::IsCancelled(round.status)) return;
    const Health now = HealthAfter(round.status);
    const Health before = health_.exchange(now);
    if (logger_ == nullptr || (now == before && now != Health::kContradiction)) return;
    switch (now) {
      case Health::kWell:
        return logger_->Info("a mirror goes on", {{"log", name_}, {"records", summary()}});
      case Health::kNoAnswer:
        return logger_->Warning("the upstream of a mirror does not answer, what is there is served",
                                {{"log", name_}, {"error", round.status.message()}});
      case Health::kContradiction:
        return logger_->Error(
            "the upstream of a mirror contradicts what it has signed, what was verified is served",
            {{"log", name_},
             {"error", round.status.message()},
             {"evidence", round.evidence.empty() ? "could not be kept" : round.evidence}});
      case Health::kFailed:
        return logger_->Error("a mirror cannot be brought up to date, what is there is served",
                              {{"log", name_}, {"error", round.status.ToString()}});
    }
  }

  // In the order of dependence; constant after MakeFollower, but for what Start makes.
  const std::string name_;
  const OpenedMirror opened_;
  const std::unique_ptr<log::FollowedLog> log_;
  ops::Logger* const logger_;  // may be null
  std::atomic<Health> health_ = Health::kWell;
  std::unique_ptr<mirror::Follower> follower_;  // null: no network is asked
  std::jthread thread_;                         // runs the follower
};

}  // namespace

absl::StatusOr<std::unique_ptr<RunningMirror>> OpenFullMirror(const ops::Config& config,
                                                              const ops::MirrorConfig& mirror,
                                                              const FileLock& lock,
                                                              ops::Logger* logger) {
  ASSIGN_OR_RETURN(OpenedMirror opened, OpenMirror(config, mirror, lock));
  ASSIGN_OR_RETURN(std::unique_ptr<log::FollowedLog> log,
                   log::FollowedLog::Open({.store = opened.store.get(),
                                           .key = mirror.key,
                                           .reader = {.head_interval = config.log_head_interval}}));
  auto running =
      std::make_unique<FullMirror>(mirror.name(), std::move(opened), std::move(log), logger);
  RETURN_IF_ERROR(running->MakeFollower(config, mirror));
  return running;
}

}  // namespace sumlog::server
