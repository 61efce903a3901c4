// Reads rows of an open database: one method per question, no idea of heads.
//
// A record of the unfinished data tile is a row of its own until its tile is full; then it moves
// into the tile. Readers run beside the writer without a lock, so a row may move between two of
// their steps. It moves in one direction only, so whoever does not find it at the old place finds
// it at the new one: every question about the tail that comes back short is asked again of the full
// tiles, by the callers in store_view.cc.
//
// Safe from any thread.

#ifndef SUMLOG_STORAGE_ROCKSDB_ROW_READER_H_
#define SUMLOG_STORAGE_ROCKSDB_ROW_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/db.h"
#include "storage/rocksdb/families.h"
#include "storage/rocksdb/open_database.h"
#include "storage/rocksdb/rows.h"

namespace sumlog::storage {

class RowReader {
 public:
  // `database` must outlive this object.
  explicit RowReader(const OpenDatabase& database) : database_(database) {}

  // False: there is no such row. The value is valid until `value` changes.
  absl::StatusOr<bool> Get(Family family, absl::string_view key,
                           rocksdb::PinnableSlice* value) const;

  // The rows of the tail from record `first` on, without a gap, at most `limit`.
  absl::StatusOr<std::vector<TailRow>> TailRows(std::uint64_t first, std::uint64_t limit) const;

  // The row with the highest key; nullopt: the family is empty.
  struct Row {
    std::string key;
    std::string value;
  };
  absl::StatusOr<std::optional<Row>> LastRow(Family family) const;

  // The row with the highest key that is not above `key`, and the key of the one after it.
  struct Run {
    Row row;
    std::optional<std::string> next_key;  // nullopt: it is the last one
  };
  absl::StatusOr<std::optional<Run>> RunAround(Family family, absl::string_view key) const;

  // Calls `visit` for the rows from `begin` on, in order of key, until it returns false.
  absl::Status Scan(
      Family family, absl::string_view begin,
      const std::function<absl::StatusOr<bool>(absl::string_view key, absl::string_view value)>&
          visit) const;

  // The first number below `size` in the leaf index, in ascending order, under the prefix of `leaf`
  // for which `is_it` says yes; nullopt: none.
  absl::StatusOr<std::optional<std::uint64_t>> FirstLeaf(
      const tlog::Hash& leaf, std::uint64_t size,
      const std::function<absl::StatusOr<bool>(std::uint64_t number)>& is_it) const;

 private:
  std::unique_ptr<rocksdb::Iterator> NewIterator(Family family,
                                                 const rocksdb::ReadOptions& options) const;

  const OpenDatabase& database_;
};

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_ROW_READER_H_
