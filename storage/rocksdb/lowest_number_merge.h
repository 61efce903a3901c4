// The merge operator of the index: of all numbers written under one key, the lowest counts.
//
// So index rows are written blindly, without reading first, even where a mirrored log holds a
// module version twice.

#ifndef SUMLOG_STORAGE_ROCKSDB_LOWEST_NUMBER_MERGE_H_
#define SUMLOG_STORAGE_ROCKSDB_LOWEST_NUMBER_MERGE_H_

#include <string>

#include "rocksdb/merge_operator.h"

namespace sumlog::storage {

class LowestNumberMerge final : public rocksdb::AssociativeMergeOperator {
 public:
  // Operands are numbers of 8 bytes, most significant first; anything else is corruption.
  bool Merge(const rocksdb::Slice& key, const rocksdb::Slice* existing,
             const rocksdb::Slice& operand, std::string* merged,
             rocksdb::Logger* logger) const override;

  // Part of the format: it is kept in the database.
  const char* Name() const override { return "sumlog.LowestNumber"; }
};

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_LOWEST_NUMBER_MERGE_H_
