// Checking a backup: its manifest, every byte of its files, then the log in it.
//
// Reads only: not a byte of the backup changes, and nothing is made in it. Safe from any thread.

#ifndef SUMLOG_BACKUP_VERIFY_BACKUP_H_
#define SUMLOG_BACKUP_VERIFY_BACKUP_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "backup/manifest.h"
#include "backup/watch.h"
#include "doctor/fsck.h"
#include "sumlog/tlog/note.h"

namespace sumlog::backup {

struct VerifyOptions {
  std::string path;  // of the backup
  tlog::VerifierKey key;
  Watch watch = {};
};

struct VerifyReport {
  std::optional<Manifest> manifest;  // nothing: it is missing or damaged, and no file was looked at
  std::vector<doctor::FsckProblem> problems;  // of manifest and files: every one that is wrong
  // Of the log in it, under the manifest's head; nothing when there were problems before.
  std::optional<doctor::FsckReport> log;

  bool good() const { return problems.empty() && log.has_value() && log->problem_count == 0; }
};

// A broken thing is a problem in the report. Errors:
//   kNotFound         no folder of this name
//   kUnauthenticated  the manifest of another log or key
//   kUnavailable, kPermissionDenied  the disk or the system does not let us read
// or what `watch` has said.
absl::StatusOr<VerifyReport> VerifyBackup(const VerifyOptions& options);

// Manifest and files only. Unless `copy_to` is empty, the files are copied into that folder, which
// must exist and be empty, in the same pass. Files of the copy are synced, its entries are not.
absl::StatusOr<VerifyReport> VerifyFiles(const VerifyOptions& options, const std::string& copy_to);

// The log alone, in the database folder `path`: fsck of it, and that its newest head is `head`.
absl::StatusOr<doctor::FsckReport> VerifyLog(const std::string& path,
                                             const tlog::SignedTreeHead& head,
                                             const tlog::VerifierKey& key, const Watch& watch);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_VERIFY_BACKUP_H_
