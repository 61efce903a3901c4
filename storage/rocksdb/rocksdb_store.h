// A LogStore in a RocksDB database. Byte layout, durability and trust: storage/README.md.
//
// Thread rule: as LogStore. One process has a database open for writing; others may read it.

#ifndef SUMLOG_STORAGE_ROCKSDB_ROCKSDB_STORE_H_
#define SUMLOG_STORAGE_ROCKSDB_ROCKSDB_STORE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sumlog/storage/log_store.h"

namespace rocksdb {
class Env;
}

namespace sumlog::storage {

struct RocksDbOptions {
  // Folder of the database.
  std::string path;

  // Make a new database: kAlreadyExists when there is one. Otherwise open it: kNotFound when there
  // is none.
  bool create = false;

  // Open without writing a byte, beside a process that may be writing: sees what was committed when
  // it opened. Commits are kFailedPrecondition.
  bool read_only = false;

  std::size_t cache_size_bytes = 64u << 20;

  // Where files live, for tests of disks that fail; null: the machine's. Must outlive the store.
  rocksdb::Env* env_for_test = nullptr;
};

// A LogStore that lies in a folder of files.
class RocksDbStore : public LogStore {
 public:
  // Makes `folder`, which must not exist, a database of its own: what this one holds at some moment
  // of the call, whole commits only. Files that never change are hard links where `folder` lies on
  // the same file system, everything else is copied. Writers go on meanwhile. Nothing of it is
  // synced. What an earlier call has left behind in <folder>.tmp is removed.
  //   kFailedPrecondition  open for reading only
  //   kAlreadyExists       `folder` is there
  virtual absl::Status CopyTo(const std::string& folder) = 0;
};

// Opens in O(1), whatever the size of the log.
//
//   kFailedPrecondition  another process has it open for writing, or its format version is one that
//                        this program does not know (the message has both versions)
//   kDataLoss            the database is damaged
absl::StatusOr<std::unique_ptr<RocksDbStore>> OpenRocksDbStore(const RocksDbOptions& options);

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_ROCKSDB_STORE_H_
