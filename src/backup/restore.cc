#include "backup/restore.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "backup/bring_forward.h"
#include "backup/folder_files.h"
#include "backup/layout.h"
#include "backup/restore_state.h"
#include "backup/timeline_check.h"
#include "backup/verify_backup.h"
#include "base/damage.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/sha256.h"
#include "log/frozen_state.h"
#include "log/head_check.h"
#include "storage/rocksdb/rocksdb_store.h"

namespace sumlog::backup {
namespace {

using Step = RestoreState::Step;

// Databases that were moved aside within one second.
constexpr int kMaxNamesAside = 100;

std::string HexOfHash(absl::string_view text) {
  const crypto::Digest digest = crypto::Sha256(text);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

// Whether something is there: a folder with entries, or anything else than a folder.
bool IsInTheWay(const std::string& path) {
  struct stat info = {};
  if (::lstat(path.c_str(), &info) != 0) return errno != ENOENT;
  return !S_ISDIR(info.st_mode) || (::rmdir(path.c_str()) != 0 && errno != ENOENT);
}

// The first problems of a copy that was found damaged, as one status.
absl::Status Damaged(const std::string& what, const std::vector<doctor::FsckProblem>& problems,
                     std::uint64_t count) {
  std::string message = absl::StrCat(what, " is damaged");
  if (!problems.empty()) {
    absl::StrAppend(&message, ": ", problems[0].thing, ": ", problems[0].what);
  }
  if (count > 1) absl::StrAppend(&message, ", and ", count - 1, " more");
  absl::StrAppend(&message,
                  "\nfix: sumlog backup verify names all of it; restore from another "
                  "backup. Nothing was put in place");
  return DamagedData(message);
}

class Restorer {
 public:
  explicit Restorer(const RestoreOptions& options)
      : options_(options),
        keys_(absl::MakeConstSpan(&options.key, 1)),
        work_(absl::StrCat(options.database_path, kRestoringSuffix)),
        made_(DatabaseOf(work_)) {}

  absl::StatusOr<RestoreReport> Run() {
    if (options_.source != nullptr) {
      report_.source_size = options_.source->newest().signed_head.head.size;
    }
    ASSIGN_OR_RETURN(std::optional<RestoreState> before, LoadRestoreState(work_));
    RETURN_IF_ERROR(LoadBase(before));
    const bool goes_on = before.has_value() && before->of == state_.of;
    if (goes_on) state_ = *before;
    report_.base_size = state_.base_size;
    if (goes_on && state_.step == Step::kReady && !FolderExists(made_)) return PutInPlace();

    if (!options_.copy.empty() && !options_.replace && IsInTheWay(options_.database_path)) {
      return DatabaseInTheWay();
    }
    if (!goes_on && options_.copy.empty() && HasNothingToDo()) return LeaveAsItIs();
    // Also when it was ready: the anchor may have moved since.
    if (!goes_on || state_.step == Step::kCopying || !CanGoOn()) {
      state_.step = Step::kCopying;
      RETURN_IF_ERROR(TakeCopy());
    }
    RETURN_IF_ERROR(Complete());
    ASSIGN_OR_RETURN(const doctor::FsckReport log,
                     VerifyLog(made_, report_.head, options_.key, options_.watch));
    if (log.problem_count > 0) {
      RETURN_IF_ERROR(RemoveFolder(work_));
      return Damaged("the restored log", log.problems, log.problem_count);
    }
    state_.step = Step::kReady;
    RETURN_IF_ERROR(KeepRestoreState(state_, work_));
    return PutInPlace();
  }

 private:
  // Says what is restored, and checks that it can be.
  absl::Status LoadBase(const std::optional<RestoreState>& before) {
    if (!options_.copy.empty()) {
      ASSIGN_OR_RETURN(const std::string note,
                       ReadFile(ManifestOf(options_.copy), tlog::kMaxNoteSizeBytes));
      const absl::StatusOr<Manifest> manifest = OpenManifest(note, options_.key);
      if (absl::IsUnauthenticated(manifest.status())) return manifest.status();
      if (!manifest.ok()) {
        return Damaged(options_.copy,
                       {{.thing = "manifest", .what = std::string(manifest.status().message())}},
                       1);
      }
      state_.of = absl::StrCat("backup ", HexOfHash(note));
      state_.base_size = manifest->head.head.size;
      copy_bytes_ = manifest->size_bytes();
      return absl::OkStatus();
    }
    const absl::StatusOr<std::unique_ptr<storage::RocksDbStore>> store =
        storage::OpenRocksDbStore({.path = options_.database_path, .read_only = true});
    // Killed between its two renames, a restore has moved the database aside already.
    if (absl::IsNotFound(store.status()) && before.has_value() && before->step == Step::kReady) {
      state_.of = before->of;
      return absl::OkStatus();
    }
    if (absl::IsNotFound(store.status())) {
      return absl::NotFoundError(
          absl::StrCat(store.status().message(),
                       "\nfix: name a backup to restore from: sumlog backup restore PATH"));
    }
    RETURN_IF_ERROR(store.status());
    ASSIGN_OR_RETURN(existing_, log::LoadNewestHead(**store, keys_));
    state_.of = absl::StrCat("database ", HexOfHash(existing_->signed_head.note));
    state_.base_size = existing_->signed_head.head.size;
    // Killed after the second one, it has put its own in place.
    if (before.has_value() && before->step == Step::kReady && !FolderExists(made_)) {
      state_.of = before->of;
    }
    return absl::OkStatus();
  }

  static bool FolderExists(const std::string& path) {
    struct stat info = {};
    return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  }

  absl::Status DatabaseInTheWay() const {
    return absl::AlreadyExistsError(
        absl::StrCat("there is a database in ", options_.database_path,
                     "\nwhy: it may hold more than the backup; sumlog status and sumlog fsck tell"
                     "\nfix: to bring it forward, leave PATH out and name --forward-from SRC; to "
                     "restore in its place, --replace moves it aside and deletes nothing"));
  }

  // The database that is there has all that the source has.
  bool HasNothingToDo() const {
    return options_.source == nullptr || report_.source_size <= existing_->signed_head.head.size;
  }

  absl::StatusOr<RestoreReport> LeaveAsItIs() {
    ASSIGN_OR_RETURN(
        const std::unique_ptr<storage::RocksDbStore> store,
        storage::OpenRocksDbStore({.path = options_.database_path, .read_only = true}));
    report_.head = existing_->signed_head;
    RETURN_IF_ERROR(JudgeByAnchor(*store));
    if (options_.source != nullptr) {
      RETURN_IF_ERROR(
          CheckExtends(*store, existing_->signed_head, options_.source->newest().signed_head));
    }
    RETURN_IF_ERROR(MakeMissingAnchor());
    return report_;
  }

  // After the last check: from then on the log counts as the newest.
  absl::Status MakeMissingAnchor() {
    if (options_.anchor != nullptr || !options_.make_anchor) return absl::OkStatus();
    report_.changed = true;
    return options_.make_anchor(report_.head.note);
  }

  // Whether the database that an interrupted restore was making can be completed now.
  bool CanGoOn() const {
    const absl::StatusOr<std::unique_ptr<storage::RocksDbStore>> store =
        storage::OpenRocksDbStore({.path = made_, .read_only = true});
    if (!store.ok()) return false;
    const absl::StatusOr<storage::StoredHead> head = (*store)->SignedHead();
    // On the way to a head that nobody can give any more, it would have to go back.
    return head.ok() && (!head->note.empty() ||
                         (options_.source != nullptr && head->size <= report_.source_size));
  }

  // Makes work_ anew: all files of the backup or of the database that is there.
  absl::Status TakeCopy() {
    RETURN_IF_ERROR(RemoveFolder(work_));
    RETURN_IF_ERROR(MakeDirectories(made_));
    RETURN_IF_ERROR(KeepRestoreState(state_, work_));
    RETURN_IF_ERROR(options_.copy.empty() ? LinkDatabase() : CopyBackup());
    RETURN_IF_ERROR(SyncDirectory(made_));
    state_.step = Step::kCopied;
    return KeepRestoreState(state_, work_);
  }

  absl::Status CopyBackup() {
    RETURN_IF_ERROR(CheckSpace(work_, copy_bytes_, "the restored database"));
    ASSIGN_OR_RETURN(
        const VerifyReport report,
        VerifyFiles({.path = options_.copy, .key = options_.key, .watch = options_.watch}, made_));
    if (report.problems.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(RemoveFolder(work_));
    return Damaged(options_.copy, report.problems, report.problems.size());
  }

  // Table files never change, so two databases can share one.
  absl::Status LinkDatabase() {
    ASSIGN_OR_RETURN(const std::vector<FolderEntry> entries, ListFolder(options_.database_path));
    Tally tally{.watch = options_.watch};
    for (const FolderEntry& entry : entries) tally.step.total += entry.size_bytes;
    for (const FolderEntry& entry : entries) {
      if (!entry.is_file || entry.name == "LOCK") continue;
      const std::string from = absl::StrCat(options_.database_path, "/", entry.name);
      const std::string to = absl::StrCat(made_, "/", entry.name);
      bool linked = false;
      if (absl::EndsWith(entry.name, ".sst")) {
        ASSIGN_OR_RETURN(linked, LinkFile(from, to));
      }
      if (linked) continue;
      RETURN_IF_ERROR(CheckSpace(made_, entry.size_bytes, "the restored database"));
      RETURN_IF_ERROR(
          ReadThrough(from, to, [&](std::uint64_t bytes) { return tally.Add(bytes); }).status());
    }
    return absl::OkStatus();
  }

  struct Tally {
    const Watch& watch;
    backup::Step step{.stage = "copy"};

    absl::Status Add(std::uint64_t bytes) {
      step.done += bytes;
      return Tell(watch, step);
    }
  };

  // Brings the database in work_ as far forward as it goes, and freezes or thaws it.
  absl::Status Complete() {
    ASSIGN_OR_RETURN(const std::unique_ptr<storage::RocksDbStore> store,
                     storage::OpenRocksDbStore({.path = made_}));
    return CompleteStore(*store);
  }

  absl::Status CompleteStore(storage::LogStore& store) {
    ASSIGN_OR_RETURN(const storage::StoredHead stored, store.SignedHead());
    if (!stored.note.empty()) {
      ASSIGN_OR_RETURN(const log::PublishedHead newest, log::LoadNewestHead(store, keys_));
      report_.head = newest.signed_head;
      RETURN_IF_ERROR(JudgeByAnchor(store));
      if (options_.source != nullptr) {
        RETURN_IF_ERROR(
            CheckExtends(store, newest.signed_head, options_.source->newest().signed_head));
      }
    }
    if (options_.source != nullptr) {
      RETURN_IF_ERROR(BringForward({.store = &store,
                                    .source = options_.source,
                                    .base_size = state_.base_size,
                                    .watch = options_.watch})
                          .status());
    }
    ASSIGN_OR_RETURN(const log::PublishedHead newest, log::LoadNewestHead(store, keys_));
    report_.head = newest.signed_head;
    RETURN_IF_ERROR(JudgeByAnchor(store));
    return FreezeOrThaw(store);
  }

  // Compares `older` or `newer`, whichever is in the database, with the other one.
  absl::Status CheckExtends(const storage::LogStore& store, const tlog::SignedTreeHead& in_store,
                            const tlog::SignedTreeHead& of_source) const {
    if (of_source.head.size <= in_store.head.size) {
      return CheckContinues(of_source, options_.source->name(), in_store, "the database", store);
    }
    return CheckContinues(in_store, "the database", of_source, options_.source->name(),
                          options_.source->Tiles());
  }

  // Fills in what the database, whose newest head is report_.head, lacks of the anchored one.
  absl::Status JudgeByAnchor(const storage::LogStore& store) {
    report_.lacking.reset();
    if (options_.anchor == nullptr) return absl::OkStatus();
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead anchored,
                     log::OpenAnchoredHead(*options_.anchor, keys_));
    report_.anchored_at = options_.anchor->written_at();
    const std::string anchor = absl::StrCat("the anchor ", options_.anchor->path());
    if (anchored.head.size <= report_.head.head.size) {
      return CheckContinues(anchored, anchor, report_.head, "the database", store);
    }
    report_.lacking = anchored.head;
    if (options_.source == nullptr || report_.source_size < anchored.head.size) {
      return absl::OkStatus();
    }
    return CheckContinues(anchored, anchor, options_.source->newest().signed_head,
                          options_.source->name(), options_.source->Tiles());
  }

  // Leaves alone what an operator has decided.
  absl::Status FreezeOrThaw(storage::LogStore& store) const {
    ASSIGN_OR_RETURN(const std::optional<log::FrozenState> frozen, log::LoadFrozenState(store));
    const bool is_ours = frozen.has_value() && frozen->who == kRestoreWho;
    if (!report_.lacking.has_value()) {
      return is_ours ? log::KeepFrozenState(std::nullopt, store) : absl::OkStatus();
    }
    if (frozen.has_value() && !is_ours) return absl::OkStatus();
    return log::KeepFrozenState(
        log::FrozenState{
            .reason = absl::StrCat("the restored database lacks records ", report_.head.head.size,
                                   " to ", report_.lacking->size - 1),
            .who = kRestoreWho,
            .when = options_.clock->Now()},
        store);
  }

  // Gives the database of before a name that tells when, and that is free.
  absl::Status MoveAside() {
    const std::string& place = options_.database_path;
    const std::string name = absl::StrCat(
        place, kReplacedInfix,
        absl::FormatTime("%Y%m%dT%H%M%SZ", options_.clock->Now(), absl::UTCTimeZone()));
    absl::Status status = absl::OkStatus();
    for (int i = 1; i <= kMaxNamesAside; ++i) {
      report_.moved_aside = i == 1 ? name : absl::StrCat(name, "-", i);
      status = RenameDurablyToFreeName(place, report_.moved_aside);
      if (!absl::IsAlreadyExists(status)) return status;
    }
    return status;
  }

  // From step kReady on: two renames, the anchor, and the end of work_; each may have been done.
  absl::StatusOr<RestoreReport> PutInPlace() {
    const std::string& place = options_.database_path;
    if (FolderExists(made_)) {
      if (IsInTheWay(place)) {
        RETURN_IF_ERROR(MoveAside());
      }
      RETURN_IF_ERROR(RenameDurablyToFreeName(made_, place));
      RETURN_IF_ERROR(SyncDirectory(work_));
    }
    ASSIGN_OR_RETURN(const std::unique_ptr<storage::RocksDbStore> store,
                     storage::OpenRocksDbStore({.path = place, .read_only = true}));
    ASSIGN_OR_RETURN(const log::PublishedHead newest, log::LoadNewestHead(*store, keys_));
    report_.head = newest.signed_head;
    report_.changed = true;
    RETURN_IF_ERROR(JudgeByAnchor(*store));
    if (options_.anchor != nullptr && !report_.lacking.has_value()) {
      RETURN_IF_ERROR(log::ReconcileAnchor(newest, *store, keys_, *options_.anchor));
    }
    RETURN_IF_ERROR(MakeMissingAnchor());
    RETURN_IF_ERROR(RemoveFolder(work_));
    return report_;
  }

  const RestoreOptions& options_;
  const absl::Span<const tlog::VerifierKey> keys_;
  const std::string work_, made_;
  RestoreState state_;
  std::uint64_t copy_bytes_ = 0;                // of the backup
  std::optional<log::PublishedHead> existing_;  // of the database that is to be brought forward
  RestoreReport report_;
};

}  // namespace

absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options) {
  return Restorer(options).Run();
}

}  // namespace sumlog::backup
