// How long work tells how far it is, and is stopped.

#ifndef SUMLOG_BACKUP_WATCH_H_
#define SUMLOG_BACKUP_WATCH_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sumlog::backup {

struct Step {
  absl::string_view stage;  // "copy", "hash": in bytes; "data", "index", "forward": in records
  std::uint64_t done = 0, total = 0;
};

// Called on the thread that works, at least once per MiB of bytes or data tile of records. An error
// stops the work, which hands it back. May be empty.
using Watch = std::function<absl::Status(const Step&)>;

inline absl::Status Tell(const Watch& watch, const Step& step) {
  return watch ? watch(step) : absl::OkStatus();
}

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_WATCH_H_
