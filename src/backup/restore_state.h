// How far a restore has come, kept beside the database that it makes, so that the same call goes on
// after a crash.
//
//   <database>.restoring/state     this
//   <database>.restoring/db/       the database that is being made
//
// Thread rule: one restore at a time has the data directory.

#ifndef SUMLOG_BACKUP_RESTORE_STATE_H_
#define SUMLOG_BACKUP_RESTORE_STATE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sumlog::backup {

struct RestoreState {
  enum class Step {
    kCopying,  // files are being copied: whatever is there is worth nothing
    kCopied,   // they are all there; records are being added behind them
    kReady,    // checked, and to be put in place; or it has been, when the folder is gone
  };

  static constexpr char kNotReady[] = "none";

  std::string of;                      // what is restored, one line: another one starts anew
  std::uint64_t base_size = 0;         // of the newest head of what was copied
  std::string ready_head = kNotReady;  // kReady: names the newest head of the database that is made
  bool has_old_decisions = false;      // RestoreReport::has_old_decisions
  Step step = Step::kCopying;
};

// Nothing: no restore was begun, or what it left behind cannot be read and is worth nothing.
absl::StatusOr<std::optional<RestoreState>> LoadRestoreState(const std::string& folder);

// Durable on return. `folder` exists.
absl::Status KeepRestoreState(const RestoreState& state, const std::string& folder);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_RESTORE_STATE_H_
