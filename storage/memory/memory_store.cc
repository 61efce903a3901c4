#include "storage/memory/memory_store.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "storage/batch_check.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::storage {
namespace {

absl::Status NoRecord(std::uint64_t number) {
  return absl::NotFoundError(absl::StrCat("no record ", number));
}

class MemoryStore final : public LogStore {
 public:
  absl::Status Commit(const CommitBatch& batch) override {
    MutexLock lock(&mu_);
    RETURN_IF_ERROR(CheckBatch(batch, Newest()));
    std::uint64_t number = batch.expected_size;
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      records_.emplace_back(batch.records[i]);
    }
    for (const tlog::TileGrowth& growth : batch.tiles) {
      for (const tlog::Hash& hash : growth.hashes) {
        hashes_[growth.level].push_back(hash);
        if (growth.level == 0) leaves_.emplace(hash, number++);  // the first one stays
      }
    }
    for (const IndexRow& row : batch.index) {
      const auto [place, is_new] = index_.emplace(row.key, row.number);
      if (!is_new) place->second = std::min(place->second, row.number);
    }
    for (const ProvenanceRun& run : batch.provenance) {
      storage::Provenance& kept = provenance_[run.first] = run.provenance;
      kept.when = absl::FromUnixMicros(absl::ToUnixMicros(kept.when));
    }
    heads_[batch.head.size] = KeptHead(batch.head);
    for (const std::uint64_t size : batch.dropped_heads) heads_.erase(size);
    return absl::OkStatus();
  }

  absl::Status CommitBulk(const CommitBatch& batch) override { return Commit(batch); }

  absl::StatusOr<StoredHead> SignedHead() const override {
    MutexLock lock(&mu_);
    if (heads_.empty()) return absl::NotFoundError("the store has no head yet");
    return heads_.rbegin()->second;
  }

  absl::StatusOr<std::vector<StoredHead>> SignedHeads(std::uint64_t min_size,
                                                      std::uint64_t max_size,
                                                      std::size_t limit) const override {
    MutexLock lock(&mu_);
    std::vector<StoredHead> found;
    for (auto it = heads_.lower_bound(min_size); it != heads_.end(); ++it) {
      if (it->first > max_size || found.size() == limit) break;
      found.push_back(it->second);
    }
    return found;
  }

  absl::StatusOr<std::vector<tlog::Hash>> HashTile(std::uint32_t level,
                                                   std::uint64_t index) const override {
    MutexLock lock(&mu_);
    const std::uint32_t width = tlog::WidestTile(level, index, records_.size());
    if (width == 0) return absl::NotFoundError(absl::StrCat("no hash tile ", level, "/", index));
    const auto begin =
        hashes_[level].begin() + static_cast<std::ptrdiff_t>(index * tlog::kFullTileWidth);
    return std::vector<tlog::Hash>(begin, begin + width);
  }

  absl::StatusOr<std::string> Record(std::uint64_t number) const override {
    MutexLock lock(&mu_);
    if (number >= records_.size()) return NoRecord(number);
    return records_[number];
  }

  absl::StatusOr<PackedTexts> DataTile(std::uint64_t index) const override {
    MutexLock lock(&mu_);
    const std::uint32_t width = tlog::WidestTile(0, index, records_.size());
    if (width == 0) return absl::NotFoundError(absl::StrCat("no data tile ", index));
    PackedTexts texts;
    for (std::uint32_t i = 0; i < width; ++i) {
      texts.Append(records_[index * tlog::kFullTileWidth + i]);
    }
    return texts;
  }

  absl::StatusOr<std::uint64_t> Find(absl::string_view key) const override {
    MutexLock lock(&mu_);
    const auto it = index_.find(std::string(key));
    if (it == index_.end()) return absl::NotFoundError(absl::StrCat("no index row ", key));
    return it->second;
  }

  absl::StatusOr<std::uint64_t> FindLeaf(const tlog::Hash& leaf) const override {
    MutexLock lock(&mu_);
    const auto it = leaves_.find(leaf);
    if (it == leaves_.end()) {
      return absl::NotFoundError(absl::StrCat("no leaf ", tlog::FormatHash(leaf)));
    }
    return it->second;
  }

  absl::StatusOr<storage::Provenance> Provenance(std::uint64_t number) const override {
    MutexLock lock(&mu_);
    if (number >= records_.size()) return NoRecord(number);
    return std::prev(provenance_.upper_bound(number))->second;
  }

  absl::Status VisitIndex(
      const std::function<absl::Status(absl::string_view key, std::uint64_t number)>& visit)
      const override {
    std::map<std::string, std::uint64_t> rows;
    {
      MutexLock lock(&mu_);
      rows = index_;  // so that `visit` may ask the store
    }
    for (const auto& [key, number] : rows) RETURN_IF_ERROR(visit(key, number));
    return absl::OkStatus();
  }

  absl::StatusOr<std::optional<std::string>> GetState(absl::string_view key) const override {
    MutexLock lock(&mu_);
    const auto it = state_.find(std::string(key));
    if (it == state_.end()) return std::nullopt;
    return it->second;
  }

  absl::Status PutState(absl::string_view key, const std::optional<std::string>& value) override {
    RETURN_IF_ERROR(CheckState(key, value));
    MutexLock lock(&mu_);
    if (value.has_value()) {
      state_[std::string(key)] = *value;
    } else {
      state_.erase(std::string(key));
    }
    return absl::OkStatus();
  }

  absl::Status VisitState(
      absl::string_view prefix,
      const std::function<absl::Status(absl::string_view key, absl::string_view value)>& visit)
      const override {
    std::map<std::string, std::string> rows;
    {
      MutexLock lock(&mu_);
      rows = state_;  // so that `visit` may ask the store
    }
    for (const auto& [key, value] : rows) {
      if (absl::StartsWith(key, prefix)) RETURN_IF_ERROR(visit(key, value));
    }
    return absl::OkStatus();
  }

 private:
  std::optional<StoredHead> Newest() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (heads_.empty()) return std::nullopt;
    return heads_.rbegin()->second;
  }

  mutable Mutex mu_;

  // Guarded by mu_.
  std::vector<std::string> records_ ABSL_GUARDED_BY(mu_);
  std::array<std::vector<tlog::Hash>, tlog::kMaxTileLevels> hashes_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::uint64_t> index_ ABSL_GUARDED_BY(mu_);
  std::map<tlog::Hash, std::uint64_t> leaves_ ABSL_GUARDED_BY(mu_);
  std::map<std::uint64_t, storage::Provenance> provenance_ ABSL_GUARDED_BY(mu_);
  std::map<std::uint64_t, StoredHead> heads_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::string> state_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

std::unique_ptr<LogStore> NewMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace sumlog::storage
