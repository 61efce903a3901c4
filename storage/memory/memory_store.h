// The model of a LogStore: plain maps in memory, short and obviously right.
//
// For tests, and as the oracle that storage/rocksdb is compared with. Keeps nothing on disk.
// Thread rule: any number of threads may call anything; one lock guards the whole store.

#ifndef SUMLOG_STORAGE_MEMORY_MEMORY_STORE_H_
#define SUMLOG_STORAGE_MEMORY_MEMORY_STORE_H_

#include <memory>

#include "sumlog/storage/log_store.h"

namespace sumlog::storage {

std::unique_ptr<LogStore> NewMemoryStore();

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_MEMORY_MEMORY_STORE_H_
