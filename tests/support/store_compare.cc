#include "support/store_compare.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::testing {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

// Compares answers: same value, or same code of error.
class Judge {
 public:
  explicit Judge(bool allow_data_loss) : allow_data_loss_(allow_data_loss) {}

  template <typename T>
  AssertionResult Same(const std::string& question, const absl::StatusOr<T>& got,
                       const absl::StatusOr<T>& want) const {
    if (allow_data_loss_ && absl::IsDataLoss(got.status())) return AssertionSuccess();
    if (got.status().code() != want.status().code()) {
      return AssertionFailure() << question << ": got " << got.status().ToString() << ", want "
                                << want.status().ToString();
    }
    if (got.ok() && !(*got == *want)) return AssertionFailure() << question << ": another value";
    return AssertionSuccess();
  }

 private:
  const bool allow_data_loss_;
};

using IndexRows = std::vector<std::pair<std::string, std::uint64_t>>;

absl::StatusOr<IndexRows> AllIndexRows(const storage::LogStore& store) {
  IndexRows rows;
  const absl::Status status =
      store.VisitIndex([&rows](absl::string_view key, std::uint64_t number) {
        rows.emplace_back(std::string(key), number);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return rows;
}

AssertionResult SameHeads(const Judge& judge, const storage::LogStore& store,
                          const storage::LogStore& model) {
  AssertionResult same = judge.Same("SignedHead", store.SignedHead(), model.SignedHead());
  if (!same) return same;
  const std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
  return judge.Same("SignedHeads", store.SignedHeads(0, all, 1u << 30),
                    model.SignedHeads(0, all, 1u << 30));
}

AssertionResult SameTiles(const Judge& judge, const storage::LogStore& store,
                          const storage::LogStore& model, std::uint64_t size) {
  for (std::uint32_t level = 0; level <= tlog::kMaxTileLevels; ++level) {
    const std::uint64_t tiles = tlog::LevelSize(level, size) / tlog::kFullTileWidth + 2;
    for (std::uint64_t index = 0; index < tiles; ++index) {
      AssertionResult same = judge.Same(absl::StrCat("HashTile ", level, "/", index),
                                        store.HashTile(level, index), model.HashTile(level, index));
      if (!same) return same;
      if (level > 0) continue;
      same = judge.Same(absl::StrCat("DataTile ", index), store.DataTile(index),
                        model.DataTile(index));
      if (!same) return same;
    }
  }
  return AssertionSuccess();
}

AssertionResult SameRecords(const Judge& judge, const storage::LogStore& store,
                            const storage::LogStore& model, std::uint64_t size) {
  for (std::uint64_t number = 0; number < size + 2; ++number) {
    AssertionResult same =
        judge.Same(absl::StrCat("Record ", number), store.Record(number), model.Record(number));
    if (!same) return same;
    same = judge.Same(absl::StrCat("Provenance ", number), store.Provenance(number),
                      model.Provenance(number));
    if (!same) return same;
    if (number >= size) continue;
    const auto tile = model.HashTile(0, number / tlog::kFullTileWidth);
    if (!tile.ok()) return AssertionFailure() << "model: " << tile.status().ToString();
    const tlog::Hash& leaf = (*tile)[number % tlog::kFullTileWidth];
    same = judge.Same(absl::StrCat("FindLeaf of record ", number), store.FindLeaf(leaf),
                      model.FindLeaf(leaf));
    if (!same) return same;
  }
  return AssertionSuccess();
}

AssertionResult SameIndex(const Judge& judge, const storage::LogStore& store,
                          const storage::LogStore& model) {
  const absl::StatusOr<IndexRows> want = AllIndexRows(model);
  AssertionResult same = judge.Same("VisitIndex", AllIndexRows(store), want);
  if (!same) return same;
  for (const auto& [key, number] : *want) {
    same = judge.Same(absl::StrCat("Find ", key), store.Find(key),
                      absl::StatusOr<std::uint64_t>(number));
    if (!same) return same;
  }
  return judge.Same("Find of an absent key", store.Find("absent@v1.0.0"),
                    model.Find("absent@v1.0.0"));
}

AssertionResult Compare(const Judge& judge, const storage::LogStore& store,
                        const storage::LogStore& model) {
  AssertionResult same = SameHeads(judge, store, model);
  if (!same) return same;
  const absl::StatusOr<storage::StoredHead> head = model.SignedHead();
  const std::uint64_t size = head.ok() ? head->size : 0;
  same = SameTiles(judge, store, model, size);
  if (!same) return same;
  same = SameRecords(judge, store, model, size);
  if (!same) return same;
  return SameIndex(judge, store, model);
}

}  // namespace

AssertionResult SameAnswers(const storage::LogStore& store, const storage::LogStore& model) {
  return Compare(Judge(/*allow_data_loss=*/false), store, model);
}

AssertionResult SameAnswersOrDataLoss(const storage::LogStore& store,
                                      const storage::LogStore& model) {
  return Compare(Judge(/*allow_data_loss=*/true), store, model);
}

}  // namespace sumlog::testing
