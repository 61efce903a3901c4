// Whether the disk has room for opening a database.
//
// RocksDB 7.8 as Debian builds it has its assertions on, and one of them ends the process when the
// disk fills up while a database is opened for writing. So we ask first.
//
// Safe from any thread.

#ifndef SUMLOG_STORAGE_ROCKSDB_SPACE_CHECK_H_
#define SUMLOG_STORAGE_ROCKSDB_SPACE_CHECK_H_

#include <string>

#include "absl/status/status.h"

namespace sumlog::storage {

// OK when the folder `path` takes what opening the database in it may write: its write-ahead logs
// once more, as sorted files, and a little for its lists. The room is reserved for a moment and
// given back. kResourceExhausted: the disk, or the quota, has less.
absl::Status CheckSpaceToOpen(const std::string& path);

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_SPACE_CHECK_H_
