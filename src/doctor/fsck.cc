#include "doctor/fsck.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "crypto/random.h"
#include "doctor/data_check.h"
#include "doctor/head_check.h"
#include "doctor/index_check.h"
#include "doctor/problem_list.h"
#include "doctor/progress.h"
#include "doctor/provenance_check.h"
#include "doctor/tree_check.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::doctor {
namespace {

constexpr std::size_t kSaltBytes = 16;

// One run of fsck over one store.
class Run {
 public:
  Run(const storage::LogStore& store, const FsckOptions& options, storage::StoredHead newest,
      const std::string& salt)
      : store_(store),
        options_(options),
        newest_(std::move(newest)),
        problems_(report_),
        progress_(options.progress),
        index_(store, newest_.size, salt, problems_, progress_) {
    report_.tree_size = newest_.size;
  }

  absl::StatusOr<FsckReport> Check() {
    const std::optional<tlog::TreeHead> stated = CheckNewestHead(newest_, options_.keys, problems_);
    RETURN_IF_ERROR(CheckTree(stated));
    RETURN_IF_ERROR(CheckIndex());
    return std::move(report_);
  }

 private:
  // Data tiles, and with them all that can be checked while their records are at hand.
  absl::Status CheckTree(const std::optional<tlog::TreeHead>& stated) {
    const bool can_compare = stated.has_value() && stated->size == newest_.size;
    TreeCheck tree(store_,
                   {.size = newest_.size, .root = can_compare ? stated->root : tlog::Hash{}},
                   problems_);
    HeadHistory history(store_, newest_, options_.keys, problems_);
    const auto root_of = [&tree](std::uint64_t size) { return tree.RootOfFirst(size); };
    RecordCheck records(store_,
                        {.tree_size = newest_.size,
                         .every_leaf_row = newest_.size <= options_.every_leaf_row_up_to,
                         .seed = options_.seed},
                        index_, problems_);
    ProvenanceCheck provenance(store_, problems_);

    progress_.Begin("data", newest_.size);
    RETURN_IF_ERROR(history.CheckUpTo(0, root_of));
    for (std::uint64_t first = 0; first < newest_.size; first += tlog::kFullTileWidth) {
      const std::uint64_t index = first / tlog::kFullTileWidth;
      const std::uint64_t count = tlog::WidestTile(0, index, newest_.size);
      RETURN_IF_ERROR(CheckDataTile(index, tree, records));
      RETURN_IF_ERROR(provenance.Check(first, count));
      RETURN_IF_ERROR(history.CheckUpTo(first + count, root_of));
      progress_.Done(count);
    }
    RETURN_IF_ERROR(tree.Finish());
    progress_.End();

    report_.tiles_checked += tree.tiles_checked();
    report_.leaf_rows_checked = records.leaf_rows_checked();
    if (can_compare) CompareRoot(stated->root, tree.RootOfFirst(newest_.size));
    return absl::OkStatus();
  }

  absl::Status CheckDataTile(std::uint64_t index, TreeCheck& tree, RecordCheck& records) {
    const absl::StatusOr<storage::PackedTexts> texts = ReadDataTile(store_, index, newest_.size);
    ++report_.tiles_checked;
    if (!texts.ok()) {
      RETURN_IF_ERROR(problems_.NoteFailedRead(absl::StrCat("data tile ", index), texts.status()));
      return tree.AddDataTile({});
    }
    const std::vector<tlog::Hash> leaves = HashTexts(*texts);
    RETURN_IF_ERROR(tree.AddDataTile(leaves));
    report_.records_checked += texts->size();
    return records.CheckTile(index, *texts, leaves);
  }

  // An unknown root means that the damage has been named below.
  void CompareRoot(const tlog::Hash& signed_root, const std::optional<tlog::Hash>& root) {
    if (!root.has_value() || *root == signed_root) return;
    problems_.AddContradiction(absl::StrCat("signed head of ", newest_.size, " records"),
                               absl::StrCat("has root ", tlog::FormatHash(signed_root),
                                            ", its records have root ", tlog::FormatHash(*root)));
  }

  absl::Status CheckIndex() {
    progress_.Begin("index", newest_.size);
    RETURN_IF_ERROR(index_.Finish());
    progress_.End();
    report_.index_rows_checked = index_.rows_checked();
    return absl::OkStatus();
  }

  const storage::LogStore& store_;
  const FsckOptions& options_;
  const storage::StoredHead newest_;
  FsckReport report_;
  ProblemList problems_;
  Progress progress_;
  IndexCheck index_;
};

}  // namespace

absl::StatusOr<FsckReport> Fsck(const storage::LogStore& store, const FsckOptions& options) {
  absl::StatusOr<storage::StoredHead> newest = store.SignedHead();
  if (absl::IsDataLoss(newest.status())) {
    // Without a head nothing says how much there should be.
    FsckReport report;
    ProblemList problems(report);
    RETURN_IF_ERROR(problems.NoteFailedRead("newest signed head", newest.status()));
    return report;
  }
  RETURN_IF_ERROR(newest.status());
  ASSIGN_OR_RETURN(const std::string salt, crypto::RandomBytes(kSaltBytes));
  Run run(store, options, *std::move(newest), salt);
  return run.Check();
}

}  // namespace sumlog::doctor
