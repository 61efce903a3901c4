// The journal: one line for each administrative call, who, what, when, with which result.
//
//   {"time":"2026-11-21T08:00:00.000000Z","who":"ci","peer":"ipv4:10.0.0.7:4711","call":"Freeze",
//    "details":{"reason":"audit"},"result":"OK"}
//
// A file of JSON lines that is only ever appended to; a line is in it before its call is answered.
// Lines of changes are on the disk then (power loss), lines of adds only with the system (kill -9):
// the provenance of the records says the same, and a sync for each message would cost more than the
// adds.
//
// It grows for ever. Whoever wants it in pieces renames the file: the next line begins a new one,
// and none is lost.
//
// Safe from any thread.

#ifndef SUMLOG_ADMIN_JOURNAL_H_
#define SUMLOG_ADMIN_JOURNAL_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"

namespace sumlog::admin {

struct JournalEntry {
  std::string who;   // name of the grant; empty when the caller was not known
  std::string peer;  // where the call came from, as gRPC names it
  std::string call;  // "Freeze"
  std::vector<std::pair<std::string, std::string>> details;  // what was asked, in short
  absl::Status result;
};

// One line with its newline. What came from outside cannot break out of it nor steer the terminal
// of whoever reads it: bytes that are not UTF-8 are replaced, what must not be shown (IsShowable)
// is an escape of JSON, and of each text no more than 1 KiB is kept.
std::string FormatJournalEntry(const JournalEntry& entry, absl::Time when);

// What to answer to a call that was done, when its line was appended with this status: OK, or
// kUnavailable with both facts.
absl::Status DoneButNotJournalled(const absl::Status& appended);

class Journal {
 public:
  enum class Durability {
    kPowerLoss,  // synced
    kKill,       // with the system
  };

  // Opens the journal at `path`, or makes it (mode 0600) with its folder. A last line that a crash
  // tore is ended, so that it stands alone. Keeps a pointer to `clock`. Status codes as
  // base/file.h.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const std::string& path, Clock* clock);

  // To be asked before anything is done that must be journalled: makes sure of room on the disk, so
  // that a full one refuses the call and not its line. kUnavailable: there is none. Costs one quick
  // system call, and once in some thousand lines another.
  absl::Status MakeRoom();

  // Appends the entry, whole or not at all. kResourceExhausted: no space; kUnavailable: any other
  // failure of the disk.
  absl::Status Append(const JournalEntry& entry, Durability durability);

  // The same for several, in order: all of them or none.
  absl::Status AppendAll(absl::Span<const JournalEntry> entries, Durability durability);

 private:
  Journal(std::string path, FileDescriptor file, Clock* clock)
      : path_(std::move(path)), clock_(clock), file_(std::move(file)) {}

  // Opens the file anew when another one, or none, has its path.
  absl::Status FollowPath() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Constant after construction.
  const std::string path_;
  Clock* const clock_;

  Mutex mu_;
  FileDescriptor file_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::admin

#endif  // SUMLOG_ADMIN_JOURNAL_H_
