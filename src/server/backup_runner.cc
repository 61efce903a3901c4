#include "server/backup_runner.h"

#include <utility>

#include "backup/make_backup.h"
#include "base/status_macros.h"
#include "base/thread.h"

namespace sumlog::server {

BackupRunner::~BackupRunner() {
  Stop();
  MutexLock lock(&mu_);
  if (thread_.joinable()) thread_.join();
}

void BackupRunner::Start(const std::string& label,
                         std::shared_ptr<const std::atomic<bool>> cancelled, Done done) {
  if (stopping_) return done(absl::UnavailableError("the server is stopping"));
  if (busy_.exchange(true)) {
    return done(absl::UnavailableError("another backup is being made, try again when it is done"));
  }
  MutexLock lock(&mu_);
  if (thread_.joinable()) thread_.join();  // it has nothing left to do but to say so
  thread_ = StartThread("backup",
                        [this, label, cancelled = std::move(cancelled), done = std::move(done)] {
                          absl::StatusOr<rpc::BackupResult> result = Make(label, *cancelled);
                          busy_ = false;  // before the answer: whoever has it may ask for the next
                          done(std::move(result));
                        });
}

absl::StatusOr<rpc::BackupResult> BackupRunner::Make(const std::string& label,
                                                     const std::atomic<bool>& cancelled) const {
  ASSIGN_OR_RETURN(backup::MadeBackup made,
                   backup::MakeBackup({.store = options_.database,
                                       .database_path = options_.database_path,
                                       .backup_dir = options_.backup_dir,
                                       .label = label,
                                       .signer = &options_.signer,
                                       .watch = [&](const backup::Step&) -> absl::Status {
                                         if (cancelled)
                                           return absl::CancelledError("nobody waits for it");
                                         if (stopping_)
                                           return absl::UnavailableError("the server is stopping");
                                         return absl::OkStatus();
                                       }}));
  return rpc::BackupResult{.head = {.size = made.head.head.size,
                                    .note = std::move(made.head.note),
                                    .signed_at = made.head_signed_at},
                           .size_bytes = made.size_bytes};
}

}  // namespace sumlog::server
