// A copy of an open database while it is being written to.
//
// Safe from any thread.

#ifndef SUMLOG_STORAGE_ROCKSDB_COPY_DATABASE_H_
#define SUMLOG_STORAGE_ROCKSDB_COPY_DATABASE_H_

#include <string>

#include "absl/status/status.h"
#include "storage/rocksdb/open_database.h"

namespace sumlog::storage {

// As RocksDbStore::CopyTo.
absl::Status CopyDatabase(const OpenDatabase& database, const std::string& folder);

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_COPY_DATABASE_H_
