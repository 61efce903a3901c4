#include "backup/make_backup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "backup/folder_files.h"
#include "backup/label.h"
#include "backup/layout.h"
#include "backup/manifest.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "log/head_check.h"

namespace sumlog::backup {
namespace {

// Beside the database's own files, so on their file system.
constexpr char kScratch[] = "/checkpoint";

// Beside the files that are copied: the manifest and names.
constexpr std::uint64_t kListsBytes = 2u << 20;

absl::StatusOr<FileLock> LockFolder(const std::string& folder) {
  absl::StatusOr<FileLock> lock = FileLock::Acquire(absl::StrCat(folder, "/.lock"));
  if (!absl::IsFailedPrecondition(lock.status())) return lock;
  return absl::UnavailableError(
      absl::StrCat("another backup is being made in ", folder, "\nfix: try again when it is done"));
}

// What a crash left behind. Only under the lock: nobody is at work on them.
absl::Status RemovePartialBackups(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<FolderEntry> entries, ListFolder(folder));
  for (const FolderEntry& entry : entries) {
    if (!entry.is_folder || !absl::EndsWith(entry.name, kPartialSuffix)) continue;
    RETURN_IF_ERROR(RemoveFolder(absl::StrCat(folder, "/", entry.name)));
  }
  return absl::OkStatus();
}

bool OnOneFileSystem(const std::string& a, const std::string& b) {
  struct stat info_a = {};
  struct stat info_b = {};
  return ::stat(a.c_str(), &info_a) == 0 && ::stat(b.c_str(), &info_b) == 0 &&
         info_a.st_dev == info_b.st_dev;
}

// Table files never change, so two databases can share one.
bool NeverChanges(const std::string& name) { return absl::EndsWith(name, ".sst"); }

class Maker {
 public:
  explicit Maker(const BackupOptions& options)
      : options_(options),
        path_(absl::StrCat(options.backup_dir, "/", options.label)),
        partial_(absl::StrCat(path_, kPartialSuffix)),
        scratch_(absl::StrCat(options.database_path, kScratch)) {}

  absl::StatusOr<MadeBackup> Make() {
    RETURN_IF_ERROR(MakeDirectories(options_.backup_dir, 0700));
    ASSIGN_OR_RETURN(const FileLock lock, LockFolder(options_.backup_dir));
    struct stat info = {};
    if (::lstat(path_.c_str(), &info) == 0) {
      // Not its path: whoever asked may be on another machine.
      return absl::AlreadyExistsError(absl::StrCat("there is a backup with the label ",
                                                   options_.label, "\nfix: choose another label"));
    }
    RETURN_IF_ERROR(RemovePartialBackups(options_.backup_dir));
    RETURN_IF_ERROR(RemoveFolder(scratch_));
    // What stays of them after a failure to remove goes at the next backup.
    const auto remove_scratch = absl::MakeCleanup([this] { RemoveFolder(scratch_).IgnoreError(); });
    auto remove_partial = absl::MakeCleanup([this] { RemoveFolder(partial_).IgnoreError(); });

    RETURN_IF_ERROR(options_.store->CopyTo(scratch_));
    RETURN_IF_ERROR(TakeFiles());
    RETURN_IF_ERROR(LoadHead());
    RETURN_IF_ERROR(Finish());
    std::move(remove_partial).Cancel();
    return MadeBackup{.label = options_.label,
                      .path = path_,
                      .head = manifest_.head,
                      .head_signed_at = head_signed_at_,
                      .size_bytes = manifest_.size_bytes()};
  }

 private:
  // Brings every file of the scratch copy into the backup, and takes its sums.
  absl::Status TakeFiles() {
    const std::string folder = DatabaseOf(partial_);
    RETURN_IF_ERROR(MakeDirectories(folder, 0700));
    ASSIGN_OR_RETURN(const std::vector<FolderEntry> entries, ListFolder(scratch_));
    const bool can_link = OnOneFileSystem(scratch_, folder);
    std::uint64_t want_bytes = kListsBytes;
    Step step{.stage = "copy"};
    for (const FolderEntry& entry : entries) {
      step.total += entry.size_bytes;
      if (!can_link || !NeverChanges(entry.name)) want_bytes += entry.size_bytes;
    }
    RETURN_IF_ERROR(CheckSpace(folder, want_bytes, "a backup"));
    const PieceWatch watch = [&](std::uint64_t bytes) {
      step.done += bytes;
      return Tell(options_.watch, step);
    };
    for (const FolderEntry& entry : entries) {
      const std::string from = absl::StrCat(scratch_, "/", entry.name);
      const std::string to = absl::StrCat(folder, "/", entry.name);
      bool linked = false;
      if (can_link && NeverChanges(entry.name)) {
        ASSIGN_OR_RETURN(linked, LinkFile(from, to));
      }
      ASSIGN_OR_RETURN(const FileSums sums, ReadThrough(from, linked ? "" : to, watch));
      manifest_.files.push_back(
          {.name = entry.name, .size_bytes = sums.size_bytes, .sha256 = sums.sha256});
    }
    return SyncDirectory(folder);
  }

  // Reads the newest head of the copy as a restore will.
  absl::Status LoadHead() {
    ASSIGN_OR_RETURN(const std::unique_ptr<storage::LogStore> copy,
                     storage::OpenRocksDbStore({.path = DatabaseOf(partial_), .read_only = true}));
    ASSIGN_OR_RETURN(
        log::PublishedHead head,
        log::LoadNewestHead(*copy, absl::MakeConstSpan(&options_.signer->verifier(), 1)));
    manifest_.head = std::move(head.signed_head);
    head_signed_at_ = head.signed_at;
    return absl::OkStatus();
  }

  absl::Status Finish() {
    manifest_.key = options_.signer->verifier().ToString();
    manifest_.label = options_.label;
    manifest_.made_at = options_.clock->Now();
    ASSIGN_OR_RETURN(const std::string note, SignManifest(manifest_, *options_.signer));
    RETURN_IF_ERROR(CreateFileDurably(ManifestOf(partial_), note, 0600));
    return RenameDurablyToFreeName(partial_, path_);
  }

  const BackupOptions& options_;
  const std::string path_, partial_, scratch_;
  Manifest manifest_;
  absl::Time head_signed_at_;
};

}  // namespace

absl::StatusOr<MadeBackup> MakeBackup(const BackupOptions& options) {
  RETURN_IF_ERROR(CheckLabel(options.label));
  return Maker(options).Make();
}

}  // namespace sumlog::backup
