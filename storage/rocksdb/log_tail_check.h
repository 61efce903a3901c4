// Tells a write that a crash tore off from a damaged one, at the end of RocksDB's log files.
//
// A piece of a write-ahead log or manifest says how long it is. When that goes beyond the end of
// the file, RocksDB takes it for the last write before a crash and drops it, with everything after
// it. But the length may be what is damaged, as the checksum of a piece does not cover it: then
// commits would vanish in silence, or, worse, the files of some column families and not of others.
// A piece whose checksum fits a shorter length is whole, and its length is wrong.

#ifndef SUMLOG_STORAGE_ROCKSDB_LOG_TAIL_CHECK_H_
#define SUMLOG_STORAGE_ROCKSDB_LOG_TAIL_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/env.h"

namespace sumlog::storage {

// Checks the last block (of 32 KiB) of a log file; `block` begins where the block does.
// kDataLoss: damage that RocksDB would take for the end of the log.
absl::Status CheckLastLogBlock(absl::string_view block);

// Checks the manifest in use and the write-ahead logs of the database in `folder`, one block each.
//
//   kDataLoss      as CheckLastLogBlock; the message names the file
//   kUnavailable   a file cannot be read
absl::Status CheckLogTails(rocksdb::Env* env, const std::string& folder);

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_LOG_TAIL_CHECK_H_
