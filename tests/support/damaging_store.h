// A LogStore that answers as another one does, except where a test says otherwise: damage on disk,
// as seen from above.
//
// Owned by one thread while it is being changed.

#ifndef SUMLOG_TESTS_SUPPORT_DAMAGING_STORE_H_
#define SUMLOG_TESTS_SUPPORT_DAMAGING_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sumlog/storage/log_store.h"

namespace sumlog::testing {

class DamagingStore final : public storage::LogStore {
 public:
  using Hashes = std::vector<tlog::Hash>;
  using Texts = std::vector<std::string>;
  using Place = std::pair<std::uint32_t, std::uint64_t>;  // level, index

  // Keeps a reference to `true_store`.
  explicit DamagingStore(const storage::LogStore& true_store) : true_(true_store) {}

  // What is done to the true answer about one thing. Absent: nothing.
  std::map<std::uint64_t, std::function<absl::Status(Texts&)>> data_tiles;
  std::map<Place, std::function<absl::Status(Hashes&)>> hash_tiles;
  std::function<absl::Status(storage::StoredHead&)> newest_head;
  std::function<absl::Status(std::vector<storage::StoredHead>&)> heads;
  std::map<std::string, std::optional<std::uint64_t>> index_rows;  // nothing: the row is missing
  std::map<std::string, absl::Status> unreadable_rows;  // reading the index in order ends there
  std::map<tlog::Hash, absl::StatusOr<std::uint64_t>> leaf_rows;
  std::map<std::uint64_t, absl::StatusOr<storage::Provenance>> provenances;

  absl::Status Commit(const storage::CommitBatch&) override { return ReadsOnly(); }
  absl::Status CommitBulk(const storage::CommitBatch&) override { return ReadsOnly(); }

  absl::StatusOr<storage::StoredHead> SignedHead() const override {
    absl::StatusOr<storage::StoredHead> head = true_.SignedHead();
    if (!head.ok() || !newest_head) return head;
    if (const absl::Status status = newest_head(*head); !status.ok()) return status;
    return head;
  }

  absl::StatusOr<std::vector<storage::StoredHead>> SignedHeads(std::uint64_t min_size,
                                                               std::uint64_t max_size,
                                                               std::size_t limit) const override {
    absl::StatusOr<std::vector<storage::StoredHead>> found =
        true_.SignedHeads(min_size, max_size, limit);
    if (!found.ok() || !heads) return found;
    if (const absl::Status status = heads(*found); !status.ok()) return status;
    return found;
  }

  absl::StatusOr<Hashes> HashTile(std::uint32_t level, std::uint64_t index) const override {
    absl::StatusOr<Hashes> hashes = true_.HashTile(level, index);
    const auto damage = hash_tiles.find({level, index});
    if (!hashes.ok() || damage == hash_tiles.end()) return hashes;
    if (const absl::Status status = damage->second(*hashes); !status.ok()) return status;
    return hashes;
  }

  absl::StatusOr<std::string> Record(std::uint64_t number) const override {
    if (!data_tiles.contains(number / 256)) return true_.Record(number);
    const absl::StatusOr<storage::PackedTexts> texts = DataTile(number / 256);
    if (!texts.ok()) return texts.status();
    if (number % 256 >= texts->size()) return absl::NotFoundError("no such record");
    return std::string((*texts)[number % 256]);
  }

  absl::StatusOr<storage::PackedTexts> DataTile(std::uint64_t index) const override {
    absl::StatusOr<storage::PackedTexts> texts = true_.DataTile(index);
    const auto damage = data_tiles.find(index);
    if (!texts.ok() || damage == data_tiles.end()) return texts;
    Texts changed;
    for (std::size_t i = 0; i < texts->size(); ++i) changed.emplace_back((*texts)[i]);
    if (const absl::Status status = damage->second(changed); !status.ok()) return status;
    storage::PackedTexts packed;
    for (const std::string& text : changed) packed.Append(text);
    return packed;
  }

  absl::StatusOr<std::uint64_t> Find(absl::string_view key) const override {
    const std::string name(key);
    if (const auto bad = unreadable_rows.find(name); bad != unreadable_rows.end()) {
      return bad->second;
    }
    const auto changed = index_rows.find(name);
    if (changed == index_rows.end()) return true_.Find(key);
    if (!changed->second.has_value()) return absl::NotFoundError("no such row");
    return *changed->second;
  }

  absl::StatusOr<std::uint64_t> FindLeaf(const tlog::Hash& leaf) const override {
    const auto changed = leaf_rows.find(leaf);
    return changed == leaf_rows.end() ? true_.FindLeaf(leaf) : changed->second;
  }

  absl::StatusOr<storage::Provenance> Provenance(std::uint64_t number) const override {
    const auto changed = provenances.find(number);
    return changed == provenances.end() ? true_.Provenance(number) : changed->second;
  }

  absl::Status VisitIndex(
      const std::function<absl::Status(absl::string_view key, std::uint64_t number)>& visit)
      const override {
    std::map<std::string, std::uint64_t> rows;
    const absl::Status status =
        true_.VisitIndex([&rows](absl::string_view key, std::uint64_t number) {
          rows.emplace(key, number);
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
    for (const auto& [key, number] : index_rows) {
      if (number.has_value()) rows[key] = *number;
      if (!number.has_value()) rows.erase(key);
    }
    for (const auto& [key, number] : rows) {
      const auto bad = unreadable_rows.find(key);
      const absl::Status end = bad != unreadable_rows.end() ? bad->second : visit(key, number);
      if (!end.ok()) return end;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::optional<std::string>> GetState(absl::string_view key) const override {
    return true_.GetState(key);
  }
  absl::Status PutState(absl::string_view, const std::optional<std::string>&) override {
    return ReadsOnly();
  }
  absl::Status VisitState(
      absl::string_view prefix,
      const std::function<absl::Status(absl::string_view key, absl::string_view value)>& visit)
      const override {
    return true_.VisitState(prefix, visit);
  }

 private:
  static absl::Status ReadsOnly() { return absl::FailedPreconditionError("this store only reads"); }

  const storage::LogStore& true_;
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_DAMAGING_STORE_H_
