// Views of bytes, between RocksDB's type and ours. They live as long as what they view.

#ifndef SUMLOG_STORAGE_ROCKSDB_SLICES_H_
#define SUMLOG_STORAGE_ROCKSDB_SLICES_H_

#include "absl/strings/string_view.h"
#include "rocksdb/slice.h"

namespace sumlog::storage {

inline rocksdb::Slice ToSlice(absl::string_view bytes) { return {bytes.data(), bytes.size()}; }

inline absl::string_view ToView(const rocksdb::Slice& bytes) {
  return absl::string_view(bytes.data(), bytes.size());
}

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_SLICES_H_
