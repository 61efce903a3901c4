// The one place where what RocksDB says becomes a Status of ours.
//
// Pure; safe from any thread.

#ifndef SUMLOG_STORAGE_ROCKSDB_ROCKSDB_STATUS_H_
#define SUMLOG_STORAGE_ROCKSDB_ROCKSDB_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/status.h"

namespace sumlog::storage {

// "<what>: <RocksDB's text>". Never OK for an error, and an error of every kind is one of:
//   kDataLoss           corruption, or a file that must be there is not; it IsDamagedData
//   kResourceExhausted  no space
//   kUnavailable        anything else: the disk, or RocksDB, did not do its work
// RocksDB's NotFound counts as corruption: callers for whom absence is an answer look before.
absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what);

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_ROCKSDB_STATUS_H_
