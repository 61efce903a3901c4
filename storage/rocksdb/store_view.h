// The reading half of the store: answers every question of LogStore about one database at one size.
//
// A view is made for each question. Its size was taken before its database, so the database holds
// at least the records below that size; what lies beyond it is invisible.
//
// Safe from any thread.

#ifndef SUMLOG_STORAGE_ROCKSDB_STORE_VIEW_H_
#define SUMLOG_STORAGE_ROCKSDB_STORE_VIEW_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/rocksdb/open_database.h"
#include "storage/rocksdb/provenance_cache.h"
#include "storage/rocksdb/row_reader.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::storage {

// Key in the family kMeta of small state `key`.
std::string StateKey(absl::string_view key);

class StoreView {
 public:
  // Shares `database`: whoever replaces it waits until no view is left.
  StoreView(std::uint64_t size, std::shared_ptr<const OpenDatabase> database)
      : size_(size), database_(std::move(database)), rows_(*database_) {}

  // As the functions of the same name of LogStore.
  absl::StatusOr<std::vector<StoredHead>> SignedHeads(std::uint64_t min_size,
                                                      std::uint64_t max_size,
                                                      std::size_t limit) const;
  absl::StatusOr<std::vector<tlog::Hash>> HashTile(std::uint32_t level, std::uint64_t index) const;
  absl::StatusOr<std::string> Record(std::uint64_t number) const;
  absl::StatusOr<PackedTexts> DataTile(std::uint64_t index) const;
  absl::StatusOr<std::uint64_t> Find(absl::string_view key) const;
  absl::StatusOr<std::uint64_t> FindLeaf(const tlog::Hash& leaf) const;
  absl::StatusOr<std::optional<std::string>> GetState(absl::string_view key) const;

  // The provenance of record `number`, and of which others it is too: as LogStore::Provenance.
  absl::StatusOr<KnownRun> ProvenanceAround(std::uint64_t number) const;

  // Some rows of the index in order of key, from `after` on without it (nullopt: from the start);
  // none when there are no more.
  absl::StatusOr<std::vector<IndexRow>> IndexRows(const std::optional<std::string>& after) const;

  // The same for small state whose key begins with `prefix`.
  struct StateRow {
    std::string key;
    std::string value;
  };
  absl::StatusOr<std::vector<StateRow>> StateRows(absl::string_view prefix,
                                                  const std::optional<std::string>& after) const;

 private:
  // Whether record `number`, which is below size_, hashes to `leaf`.
  absl::StatusOr<bool> HasLeaf(std::uint64_t number, const tlog::Hash& leaf) const;

  const std::uint64_t size_;
  // Shared: see the constructor.
  const std::shared_ptr<const OpenDatabase> database_;
  const RowReader rows_;
};

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_STORE_VIEW_H_
