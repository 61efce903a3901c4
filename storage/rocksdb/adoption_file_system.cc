#include "storage/rocksdb/adoption_file_system.h"

#include "base/check.h"

namespace sumlog::storage {
namespace {

// Of this thread; null: removals happen at once.
thread_local AdoptionFileSystem::PostponedRemovals* current = nullptr;

}  // namespace

AdoptionFileSystem::PostponedRemovals::PostponedRemovals() {
  CHECK(current == nullptr);
  current = this;
}

AdoptionFileSystem::PostponedRemovals::~PostponedRemovals() { current = nullptr; }

rocksdb::IOStatus AdoptionFileSystem::DeleteFile(const std::string& path,
                                                 const rocksdb::IOOptions& options,
                                                 rocksdb::IODebugContext* debug) {
  if (current == nullptr) return target()->DeleteFile(path, options, debug);
  current->paths_.push_back(path);
  return rocksdb::IOStatus::OK();
}

}  // namespace sumlog::storage
