// The column families of the database and how each is tuned.

#ifndef SUMLOG_STORAGE_ROCKSDB_FAMILIES_H_
#define SUMLOG_STORAGE_ROCKSDB_FAMILIES_H_

#include <array>
#include <cstddef>
#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/options.h"

namespace sumlog::storage {

// What each holds: storage/README.md.
enum class Family : std::size_t {
  kMeta,  // RocksDB's own "default", which every database has
  kHeads,
  kRecords,
  kTail,
  kHashTiles,
  kIndex,
  kLeaves,
  kProvenance,
};
inline constexpr std::size_t kFamilyCount = 8;

inline constexpr std::size_t FamilyNumber(Family family) {
  return static_cast<std::size_t>(family);
}

// All families, in order of their numbers, with one block cache of `cache_size_bytes` for blocks,
// table indexes and filters of all of them.
std::vector<rocksdb::ColumnFamilyDescriptor> AllFamilies(std::size_t cache_size_bytes);

// The database's own options for a writer. `env` may be null: the machine's files.
rocksdb::DBOptions WriterOptions(rocksdb::Env* env);

// The same for a reader beside a writer: opens every file at once, so that none can vanish under
// it, and keeps no log of its own.
rocksdb::DBOptions ReaderOptions(rocksdb::Env* env);

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_FAMILIES_H_
