#include "backup/restore.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "backup/bring_forward.h"
#include "backup/folder_files.h"
#include "backup/known_heads.h"
#include "backup/lacking_records.h"
#include "backup/layout.h"
#include "backup/link_database.h"
#include "backup/move_aside.h"
#include "backup/restore_state.h"
#include "backup/small_state.h"
#include "backup/timeline_check.h"
#include "backup/verify_backup.h"
#include "base/damage.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/hex.h"
#include "crypto/sha256.h"
#include "log/head_check.h"
#include "log/heads_on_the_way.h"
#include "log/store_tiles.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/consistency.h"

namespace sumlog::backup {
namespace {

using Phase = RestoreState::Step;

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
        made_(DatabaseOf(work_)),
        anchor_(options.anchor) {}

  absl::StatusOr<RestoreReport> Run() {
    if (options_.source != nullptr) {
      report_.source_size = options_.source->newest().signed_head.head.size;
    }
    ASSIGN_OR_RETURN(std::optional<RestoreState> before, LoadRestoreState(work_));
    LoadInPlace();
    RETURN_IF_ERROR(LoadBase(before));
    RETURN_IF_ERROR(CheckInPlace());
    if (before.has_value() && before->step == Phase::kReady && !FolderExists(made_)) {
      if (IsInPlace(*before)) {
        state_ = *before;
        report_.base_size = state_.base_size;
        return PutInPlace();
      }
      RETURN_IF_ERROR(RemoveFolder(work_));  // of a restore that ended long ago
      before.reset();
    }
    if (options_.copy.empty() && in_place_ == nullptr && !before.has_value()) {
      return NothingToBringForward();
    }
    const bool goes_on = before.has_value() && before->of == state_.of;
    if (goes_on) state_ = *before;
    report_.base_size = state_.base_size;

    if (!goes_on && HasNothingToDo()) return LeaveInPlace();
    if (!options_.copy.empty() && !options_.replace && IsInTheWay(options_.database_path)) {
      return DatabaseInTheWay();
    }
    // Also when it was ready: the anchor may have moved since.
    if (!goes_on || state_.step == Phase::kCopying || !CanGoOn()) {
      state_.step = Phase::kCopying;
      RETURN_IF_ERROR(TakeCopy());
    }
    return CompleteAndPutInPlace();
  }

 private:
  // Opens the database that is there. One that cannot be read is not there, but for what is said
  // about it.
  void LoadInPlace() {
    absl::StatusOr<std::unique_ptr<storage::RocksDbStore>> store =
        storage::OpenRocksDbStore({.path = options_.database_path, .read_only = true});
    in_place_status_ = store.status();
    if (!store.ok()) return;
    absl::StatusOr<log::PublishedHead> head = log::LoadNewestHead(**store, keys_);
    in_place_status_ = head.status();
    if (!head.ok()) return;
    in_place_ = *std::move(store);
    head_in_place_ = *std::move(head);
    known_.push_back({.signed_head = head_in_place_.signed_head,
                      .name = "the database in place",
                      .when = head_in_place_.signed_at});
  }

  // Says what is restored, and checks that it can be.
  absl::Status LoadBase(const std::optional<RestoreState>& before) {
    if (!options_.copy.empty()) return LoadManifest();
    if (in_place_ != nullptr) {
      state_.of = NameOf(head_in_place_.signed_head.note);
      state_.base_size = head_in_place_.signed_head.head.size;
      return absl::OkStatus();
    }
    if (!absl::IsNotFound(in_place_status_)) return in_place_status_;
    // Killed between its two renames, a restore has moved the database aside already.
    if (before.has_value() && before->step == Phase::kReady) state_.of = before->of;
    return absl::OkStatus();
  }

  absl::Status LoadManifest() {
    ASSIGN_OR_RETURN(const std::string note,
                     ReadSmall(ManifestOf(options_.copy), tlog::kMaxNoteSizeBytes));
    const absl::StatusOr<Manifest> manifest = OpenManifest(note, options_.key);
    if (absl::IsUnauthenticated(manifest.status())) return manifest.status();
    if (!manifest.ok()) {
      return Damaged(options_.copy,
                     {{.thing = "manifest", .what = std::string(manifest.status().message())}}, 1);
    }
    state_.of = absl::StrCat("backup ", crypto::HexOf(crypto::Sha256(note)));
    state_.base_size = manifest->head.head.size;
    copy_note_ = manifest->head.note;
    copy_bytes_ = manifest->size_bytes();
    return absl::OkStatus();
  }

  // Of a database, by the note of its newest head.
  static std::string NameOf(absl::string_view note) {
    return absl::StrCat("database ", crypto::HexOf(crypto::Sha256(note)));
  }

  // Whether what lies in place is what this very call has put there, when it was killed just
  // before its end.
  bool IsInPlace(const RestoreState& before) const {
    return in_place_ != nullptr && before.ready_head == NameOf(head_in_place_.signed_head.note) &&
           (options_.copy.empty() || before.of == state_.of);
  }

  // The anchored head, and whether the database in place is of its history.
  absl::Status CheckInPlace() {
    if (anchor_ == nullptr) return absl::OkStatus();
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead anchored, log::OpenAnchoredHead(*anchor_, keys_));
    known_.push_back({.signed_head = anchored,
                      .name = absl::StrCat("the anchor ", anchor_->path()),
                      .when = anchor_->written_at()});
    const std::uint64_t size = in_place_ == nullptr ? 0 : head_in_place_.signed_head.head.size;
    if (anchor_->has_broken_slot() && anchored.head.size >= size) {
      return log::HalfAnAnchor(anchor_->path(), anchored.head.size);
    }
    if (in_place_ == nullptr || anchored.head.size > size) return absl::OkStatus();
    return CheckContinues(anchored, known_.back().name, head_in_place_.signed_head,
                          "the database in place", *in_place_);
  }

  absl::Status NothingToBringForward() const {
    return absl::NotFoundError(
        absl::StrCat(in_place_status_.message(),
                     "\nfix: name a backup to restore from: sumlog backup restore PATH"));
  }

  absl::Status DatabaseInTheWay() const {
    return absl::AlreadyExistsError(
        absl::StrCat("there is a database in ", options_.database_path,
                     "\nwhy: it may hold more than the backup; sumlog status and sumlog fsck tell"
                     "\nfix: to bring it forward, leave PATH out and name --forward-from SRC; to "
                     "restore in its place, --replace moves it aside and deletes nothing"));
  }

  // The database that is there is what this call would come to, or has more than the source.
  bool HasNothingToDo() const {
    if (in_place_ == nullptr) return false;
    const tlog::SignedTreeHead& in_place = head_in_place_.signed_head;
    if (options_.copy.empty()) {
      return options_.source == nullptr || report_.source_size <= in_place.head.size;
    }
    if (options_.replace) return false;
    // As a kill in the very last moment leaves it: all is done, and nobody was told.
    const bool source_has_more =
        options_.source != nullptr && report_.source_size > state_.base_size;
    return in_place.note ==
           (source_has_more ? options_.source->newest().signed_head.note : copy_note_);
  }

  // Changes nothing but whether the log is frozen, and an anchor that is to be made.
  absl::StatusOr<RestoreReport> LeaveInPlace() {
    in_place_.reset();
    ASSIGN_OR_RETURN(const std::unique_ptr<storage::RocksDbStore> store,
                     storage::OpenRocksDbStore({.path = options_.database_path}));
    report_.head = head_in_place_.signed_head;
    RETURN_IF_ERROR(CheckOneHistory(report_.head, *store, options_.source));
    RETURN_IF_ERROR(FindWhatIsLacking(*store));
    RETURN_IF_ERROR(
        FreezeIfLacking(report_.head.head.size, report_.lacking, options_.clock->Now(), *store));
    RETURN_IF_ERROR(AnchorWhatWasSigned());
    RETURN_IF_ERROR(RemoveFolder(work_));  // of a restore that is not needed any more
    return report_;
  }

  // Whether the database that an interrupted restore was making can be completed now.
  bool CanGoOn() const {
    const absl::StatusOr<std::unique_ptr<storage::RocksDbStore>> store =
        storage::OpenRocksDbStore({.path = made_, .read_only = true});
    if (!store.ok()) return false;
    const absl::StatusOr<storage::StoredHead> head = (*store)->SignedHead();
    if (!head.ok()) return false;
    if (!head->note.empty()) return true;
    // On the way to a head that nobody can give any more, it would have to go back; and records of
    // one source are not to be held against another.
    if (options_.source == nullptr || head->size > report_.source_size) return false;
    log::StoreTiles tiles(**store);
    const absl::StatusOr<tlog::Hash> root = tlog::RootFromTiles(head->size, tiles);
    const absl::StatusOr<tlog::Hash> want =
        tlog::RootFromTiles(head->size, options_.source->Tiles());
    return root.ok() && want.ok() && *root == *want;
  }

  // Makes work_ anew: all files of the backup or of the database that is there.
  absl::Status TakeCopy() {
    RETURN_IF_ERROR(RemoveFolder(work_));
    RETURN_IF_ERROR(MakeDirectories(made_));
    state_.has_old_decisions = !options_.copy.empty();
    RETURN_IF_ERROR(KeepRestoreState(state_, work_));
    RETURN_IF_ERROR(options_.copy.empty()
                        ? LinkDatabase(options_.database_path, made_, options_.watch)
                        : CopyBackup());
    RETURN_IF_ERROR(SyncDirectory(made_));
    state_.step = Phase::kCopied;
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

  absl::StatusOr<RestoreReport> CompleteAndPutInPlace() {
    RETURN_IF_ERROR(Complete());
    ASSIGN_OR_RETURN(const doctor::FsckReport log,
                     VerifyLog(made_, report_.head, options_.key, options_.watch));
    if (log.problem_count > 0) {
      RETURN_IF_ERROR(RemoveFolder(work_));
      return Damaged("the restored log", log.problems, log.problem_count);
    }
    state_.step = Phase::kReady;
    state_.ready_head = NameOf(report_.head.note);
    RETURN_IF_ERROR(KeepRestoreState(state_, work_));
    return PutInPlace();
  }

  // Brings the database in work_ as far forward as it goes, and freezes or thaws it.
  absl::Status Complete() {
    ASSIGN_OR_RETURN(const std::unique_ptr<storage::RocksDbStore> store,
                     storage::OpenRocksDbStore({.path = made_}));
    ASSIGN_OR_RETURN(const storage::StoredHead stored, store->SignedHead());
    if (!stored.note.empty()) {
      ASSIGN_OR_RETURN(const log::PublishedHead base, log::LoadNewestHead(*store, keys_));
      report_.head = base.signed_head;
      RETURN_IF_ERROR(FindWhatIsLacking(*store));
      RETURN_IF_ERROR(CheckOneHistory(base.signed_head, *store, options_.source));
    }
    if (options_.source != nullptr) {
      RETURN_IF_ERROR(BringForward({.store = store.get(),
                                    .source = options_.source,
                                    .base_size = state_.base_size,
                                    .watch = options_.watch})
                          .status());
    } else {
      RETURN_IF_ERROR(log::DropHeadsOnTheWay(*store, state_.base_size));
    }
    ASSIGN_OR_RETURN(const log::PublishedHead newest, log::LoadNewestHead(*store, keys_));
    report_.head = newest.signed_head;
    RETURN_IF_ERROR(FindWhatIsLacking(*store));
    if (const storage::LogStore* latest = LatestState(); latest != nullptr) {
      RETURN_IF_ERROR(TakeOverSmallState(*latest, *store));
      if (in_place_ != nullptr) state_.has_old_decisions = false;
    }
    return FreezeIfLacking(report_.head.head.size, report_.lacking, options_.clock->Now(), *store);
  }

  // Who knows what was decided since the copy was taken (blocks, tokens that were revoked, a
  // freeze): the database in place, else a source that has at least what the copy has, else nobody.
  const storage::LogStore* LatestState() const {
    if (in_place_ != nullptr) return in_place_.get();
    if (options_.source == nullptr || report_.source_size < state_.base_size) return nullptr;
    return options_.source->store();
  }

  // Fills in what the database, whose newest head is report_.head, lacks.
  absl::Status FindWhatIsLacking(const storage::LogStore& store) {
    ASSIGN_OR_RETURN(const std::optional<KnownHead> lacking,
                     FindLacking(known_, report_.head, store, options_.source));
    report_.lacking.reset();
    if (!lacking.has_value()) return absl::OkStatus();
    report_.lacking = lacking->signed_head.head;
    report_.lacking_since = lacking->when;
    return absl::OkStatus();
  }

  // The database in place may hold a head that no anchor has, and is going to be moved aside: what
  // was signed once stays known.
  absl::Status AnchorWhatWasSigned() {
    const bool was_signed = !head_in_place_.signed_head.note.empty();
    const tlog::SignedTreeHead& known = was_signed ? head_in_place_.signed_head : report_.head;
    if (anchor_ == nullptr) {
      if (!options_.make_anchor) return absl::OkStatus();
      ASSIGN_OR_RETURN(made_anchor_, options_.make_anchor(known.note));
      anchor_ = made_anchor_.get();
      report_.changed = true;
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead anchored, log::OpenAnchoredHead(*anchor_, keys_));
    if (known.head.size <= anchored.head.size || !was_signed) return absl::OkStatus();
    return anchor_->Store(known.note);
  }

  // From step kReady on: the anchor, two renames, the anchor again, and the end of work_; each may
  // have been done.
  absl::StatusOr<RestoreReport> PutInPlace() {
    const std::string& place = options_.database_path;
    in_place_.reset();
    if (FolderExists(made_)) {
      Step step{.stage = "put in place", .total = 2};
      RETURN_IF_ERROR(AnchorWhatWasSigned());
      RETURN_IF_ERROR(Tell(options_.watch, step));
      if (IsInTheWay(place)) {
        ASSIGN_OR_RETURN(report_.moved_aside,
                         MoveAside(place, kReplacedInfix, options_.clock->Now()));
        report_.moved_unread = in_place_status_;
      }
      step.done = 1;
      RETURN_IF_ERROR(Tell(options_.watch, step));
      RETURN_IF_ERROR(RenameDurablyToFreeName(made_, place));
      RETURN_IF_ERROR(SyncDirectory(work_));
      step.done = 2;
      RETURN_IF_ERROR(Tell(options_.watch, step));
    }
    ASSIGN_OR_RETURN(const std::unique_ptr<storage::RocksDbStore> store,
                     storage::OpenRocksDbStore({.path = place, .read_only = true}));
    ASSIGN_OR_RETURN(const log::PublishedHead newest, log::LoadNewestHead(*store, keys_));
    report_.head = newest.signed_head;
    report_.has_old_decisions = state_.has_old_decisions;
    report_.changed = true;
    RETURN_IF_ERROR(FindWhatIsLacking(*store));
    if (anchor_ != nullptr && !report_.lacking.has_value()) {
      RETURN_IF_ERROR(log::ReconcileAnchor(newest, *store, keys_, *anchor_));
    }
    RETURN_IF_ERROR(RemoveFolder(work_));
    return report_;
  }

  const RestoreOptions& options_;
  const absl::Span<const tlog::VerifierKey> keys_;
  const std::string work_, made_;
  log::Anchor* anchor_ = nullptr;  // null: there is none, or not yet
  std::unique_ptr<log::Anchor> made_anchor_;

  // The database that is there; null: none, or it cannot be read, and in_place_status_ says why.
  std::unique_ptr<storage::RocksDbStore> in_place_;
  absl::Status in_place_status_;
  log::PublishedHead head_in_place_;  // without a note: there is none
  std::vector<KnownHead> known_;      // what must not be forked

  RestoreState state_;
  std::string copy_note_;         // of the newest head of the backup
  std::uint64_t copy_bytes_ = 0;  // of its files
  RestoreReport report_;
};

}  // namespace

absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options) {
  return Restorer(options).Run();
}

}  // namespace sumlog::backup
