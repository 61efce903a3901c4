// Restoring a log from a backup, and bringing a database forward to what clients have seen, in a
// way that cannot fork it.
//
//   copy (or take the database that is there) → check against the anchor → bring forward from the
//   source → fsck → put in place → anchor
//
// Until it is put in place, the database of before stays as it is; then it is moved aside, never
// deleted; its newest head goes into the anchor when that is behind, and what was decided in it
// (blocks, tokens, a freeze) is taken over. Killed at any moment, the same call goes on. What is
// put in place behind a head that was signed before is left frozen. Nothing is signed.
//
// Owned by one thread.

#ifndef SUMLOG_BACKUP_RESTORE_H_
#define SUMLOG_BACKUP_RESTORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "backup/record_source.h"
#include "backup/watch.h"
#include "base/clock.h"
#include "log/anchor.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::backup {

// Ends the name of the folder in which a restore works, beside the database.
inline constexpr char kRestoringSuffix[] = ".restoring";
// And, before a time, that of a database that was moved aside.
inline constexpr char kReplacedInfix[] = ".replaced-";

struct RestoreOptions {
  // The directory is locked by the caller.
  std::string database_path;
  tlog::VerifierKey key;
  std::string copy = {};           // the backup; empty: bring the database forward that is there
  RecordSource* source = nullptr;  // of records that the copy lacks; null: there is none
  bool replace = false;            // move a database that is there aside
  log::Anchor* anchor = nullptr;   // null: there is none, and make_anchor makes one
  // Makes the anchor with a note, when there is none. May be empty: do without.
  std::function<absl::StatusOr<std::unique_ptr<log::Anchor>>(const std::string& note)> make_anchor =
      {};
  Clock* clock = SystemClock();
  Watch watch = {};
};

struct RestoreReport {
  tlog::SignedTreeHead head;              // the newest of the database that is in place now
  std::uint64_t base_size = 0;            // of the copy, or of the database before
  std::uint64_t source_size = 0;          // of the source's newest head; 0: none was named
  std::optional<tlog::TreeHead> lacking;  // a head that was signed before, in the anchor or the
                                          // database of before, when the database is behind it:
                                          // records from head.size on are missing, and it is frozen
  absl::Time lacking_since;               // when that head was anchored or signed
  std::string moved_aside;                // where the database of before is; empty: nowhere
  absl::Status moved_unread;              // not OK: why that could not be read. What was signed and
                                          // decided in it after the backup is not known
  bool has_old_decisions = false;         // blocks, tokens and a freeze are those of a copy, not of
                                          // the database before: what was revoked or blocked since
                                          // then is so no more
  bool changed = false;                   // false: there was nothing to do
};

// Status codes; in each case nothing was put in place, and the message says how to go on:
//   kAlreadyExists    a database is there, and `replace` is not set
//   kNotFound         no backup, or no database to bring forward
//   kDataLoss         ForkedNotesOf (client/failure_details.h) has notes: signed heads contradict
//                     each other. Else: copy or source is damaged, or not what was signed
//   kUnauthenticated  the backup is another log's
// or the errors of the disk, of the anchor and of the source, or what the watch has said.
absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_RESTORE_H_
