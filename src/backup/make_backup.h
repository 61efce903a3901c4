// Making a backup of a log that may be serving.
//
//   <backup folder>/<label>/manifest     signed: manifest.h
//   <backup folder>/<label>/db/          a database of its own
//   <backup folder>/<label>.sumlog-partial/     the same while it is being made
//   <backup folder>/.lock                held meanwhile: one at a time
//
// Safe from any thread; writers of the store go on.

#ifndef SUMLOG_BACKUP_MAKE_BACKUP_H_
#define SUMLOG_BACKUP_MAKE_BACKUP_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "backup/watch.h"
#include "base/clock.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::backup {

struct BackupOptions {
  storage::RocksDbStore* store = nullptr;  // open for writing, by somebody
  std::string database_path;               // its folder
  std::string backup_dir;                  // made when missing (mode 0700)
  std::string label;
  const tlog::Signer* signer = nullptr;  // the log's
  Clock* clock = SystemClock();
  Watch watch = {};
};

struct MadeBackup {
  std::string label;
  std::string path;           // its folder
  tlog::SignedTreeHead head;  // at least as new as the one that was published before the call
  absl::Time head_signed_at;
  std::uint64_t size_bytes = 0;  // counting files that it shares with the database
};

// Makes the backup, durable on return: all of it, or nothing but a folder <label>.sumlog-partial,
// which the next call removes. Table files are hard links where backup folder and database share a
// file system: that costs no space, and protects against no failure of that disk.
//   kInvalidArgument    not a label
//   kAlreadyExists      a backup with this label; nothing was changed
//   kUnavailable        another backup is being made in this folder; or the disk
//   kResourceExhausted  no space
//   kDataLoss           the copy's newest head is not good: the database is damaged
// or what `watch` has said.
absl::StatusOr<MadeBackup> MakeBackup(const BackupOptions& options);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_MAKE_BACKUP_H_
