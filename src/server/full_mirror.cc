#include "server/full_mirror.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "log/followed_log.h"
#include "server/mirror_directory.h"

namespace sumlog::server {
namespace {

class FullMirror final : public RunningMirror {
 public:
  FullMirror(std::string name, OpenedMirror opened, std::unique_ptr<log::FollowedLog> log)
      : name_(std::move(name)), opened_(std::move(opened)), log_(std::move(log)) {}

  http::ServedLog served() const override { return {.name = name_, .mirror = log_.get()}; }
  bool is_ready() const override { return log_->reader() != nullptr; }
  std::string remark() const override { return is_ready() ? "" : "nothing of it is verified yet"; }
  std::string summary() const override {
    const log::LogReader* const reader = log_->reader();
    if (reader == nullptr) return "none yet";
    return absl::StrCat(reader->Newest()->signed_head.head.size);
  }
  void Start() override {}
  void BeginStop() override {}
  void Stop() override {}

 private:
  // In the order of dependence.
  const std::string name_;
  const OpenedMirror opened_;
  const std::unique_ptr<log::FollowedLog> log_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RunningMirror>> OpenFullMirror(const ops::Config& config,
                                                              const ops::MirrorConfig& mirror,
                                                              const FileLock& lock,
                                                              ops::Logger* /*logger*/) {
  ASSIGN_OR_RETURN(OpenedMirror opened, OpenMirror(config, mirror, lock));
  ASSIGN_OR_RETURN(std::unique_ptr<log::FollowedLog> log,
                   log::FollowedLog::Open({.store = opened.store.get(),
                                           .key = mirror.key,
                                           .reader = {.head_interval = config.log_head_interval}}));
  return std::make_unique<FullMirror>(mirror.name(), std::move(opened), std::move(log));
}

}  // namespace sumlog::server
