// The machine's files, but for one thing: while sorted files are being adopted, none is removed.
//
// When the write to RocksDB's manifest fails, the manifest may name the new files all the same (a
// sync that fails after the bytes have arrived). RocksDB 7.8 removes the files then, and the
// database can never be opened again. So a thread that adopts files postpones its removals and
// decides afterwards. Files that nothing names are removed by RocksDB at the next open.
//
// Safe from any thread.

#ifndef SUMLOG_STORAGE_ROCKSDB_ADOPTION_FILE_SYSTEM_H_
#define SUMLOG_STORAGE_ROCKSDB_ADOPTION_FILE_SYSTEM_H_

#include <memory>
#include <string>
#include <vector>

#include "rocksdb/file_system.h"

namespace sumlog::storage {

class AdoptionFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  // Shared as RocksDB wants it.
  explicit AdoptionFileSystem(const std::shared_ptr<rocksdb::FileSystem>& files)
      : FileSystemWrapper(files) {}

  const char* Name() const override { return "sumlog.AdoptionFileSystem"; }

  // Lives on the thread that adopts files, one at a time.
  class PostponedRemovals {
   public:
    PostponedRemovals();
    ~PostponedRemovals();
    PostponedRemovals(const PostponedRemovals&) = delete;
    PostponedRemovals& operator=(const PostponedRemovals&) = delete;

    // What this thread would have removed.
    const std::vector<std::string>& paths() const { return paths_; }

   private:
    friend class AdoptionFileSystem;
    std::vector<std::string> paths_;
  };

  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
};

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_ADOPTION_FILE_SYSTEM_H_
