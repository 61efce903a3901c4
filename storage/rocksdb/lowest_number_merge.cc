#include "storage/rocksdb/lowest_number_merge.h"

#include "storage/rocksdb/rows.h"

namespace sumlog::storage {

bool LowestNumberMerge::Merge(const rocksdb::Slice& /*key*/, const rocksdb::Slice* existing,
                              const rocksdb::Slice& operand, std::string* merged,
                              rocksdb::Logger* /*logger*/) const {
  if (operand.size() != kNumberBytes) return false;
  if (existing != nullptr && existing->size() != kNumberBytes) return false;
  // Big-endian numbers sort as their bytes do.
  const bool keep = existing != nullptr && existing->compare(operand) < 0;
  const rocksdb::Slice& lowest = keep ? *existing : operand;
  merged->assign(lowest.data(), lowest.size());
  return true;
}

}  // namespace sumlog::storage
