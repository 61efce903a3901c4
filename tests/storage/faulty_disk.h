// A disk that fails when told to, and that can lose power: files of the real one, seen through it.
//
// Steps are counted: each append, sync, new file, rename, link, removal and folder sync is one.
// Reading never fails.
//
// Safe from any thread.

#ifndef SUMLOG_TESTS_STORAGE_FAULTY_DISK_H_
#define SUMLOG_TESTS_STORAGE_FAULTY_DISK_H_

#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "base/mutex.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace sumlog::testing {

class FaultyDisk final : public rocksdb::FileSystemWrapper {
 public:
  struct Fault {
    std::uint64_t after_steps = 0;  // this many steps still work
    bool no_space = false;          // otherwise an I/O error
    bool torn = false;              // the first append that fails writes half of its bytes
    bool once = false;              // only one step fails; otherwise every later one does too
  };

  FaultyDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "sumlog.FaultyDisk"; }

  void Break(const Fault& fault) {
    MutexLock lock(&mu_);
    fault_ = fault;
    steps_ = 0;
    broken_ = true;
    failures_ = 0;
  }

  void Heal() {
    MutexLock lock(&mu_);
    broken_ = false;
  }

  // Steps since Break that were to fail.
  std::uint64_t failures() const {
    MutexLock lock(&mu_);
    return failures_;
  }

  // Takes away what was not synced: bytes of files, and names in folders. For closed files.
  void LosePower() {
    MutexLock lock(&mu_);
    std::error_code ignored;
    for (const auto& [path, synced_bytes] : synced_bytes_) {
      if (std::filesystem::exists(path, ignored) &&
          std::filesystem::file_size(path, ignored) > synced_bytes) {
        std::filesystem::resize_file(path, synced_bytes, ignored);
      }
    }
    for (const std::string& path : unsynced_names_) std::filesystem::remove(path, ignored);
    synced_bytes_.clear();
    unsynced_names_.clear();
  }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = Step();
    if (!status.ok()) return status;
    status = target()->NewWritableFile(path, options, file, debug);
    if (!status.ok()) return status;
    MutexLock lock(&mu_);
    synced_bytes_[path] = 0;
    unsynced_names_.insert(path);
    *file = std::make_unique<File>(this, path, std::move(*file));
    return status;
  }

  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = Step();
    if (!status.ok()) return status;
    status = target()->ReopenWritableFile(path, options, file, debug);
    if (status.ok()) *file = std::make_unique<File>(this, path, std::move(*file));
    return status;
  }

  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus status = target()->NewDirectory(path, options, folder, debug);
    if (status.ok()) *folder = std::make_unique<Folder>(this, path, std::move(*folder));
    return status;
  }

  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = Step();
    if (!status.ok()) return status;
    status = target()->RenameFile(from, to, options, debug);
    MutexLock lock(&mu_);
    // The old content of `to` is not brought back by LosePower: a rename counts as synced.
    if (const auto it = synced_bytes_.find(from); it != synced_bytes_.end()) {
      synced_bytes_[to] = it->second;
      synced_bytes_.erase(from);
    }
    unsynced_names_.erase(from);
    return status;
  }

  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = Step();
    if (!status.ok()) return status;
    status = target()->LinkFile(from, to, options, debug);
    MutexLock lock(&mu_);
    if (const auto it = synced_bytes_.find(from); it != synced_bytes_.end()) {
      synced_bytes_[to] = it->second;
    }
    unsynced_names_.insert(to);
    return status;
  }

  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus status = Step();
    if (!status.ok()) return status;
    {
      MutexLock lock(&mu_);
      synced_bytes_.erase(path);
      unsynced_names_.erase(path);
    }
    return target()->DeleteFile(path, options, debug);
  }

 private:
  class File final : public rocksdb::FSWritableFileWrapper {
   public:
    File(FaultyDisk* disk, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileWrapper(file.get()),
          disk_(disk),
          path_(std::move(path)),
          file_(std::move(file)) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      bool torn = false;
      rocksdb::IOStatus status = disk_->Step(&torn);
      if (status.ok()) return file_->Append(data, options, debug);
      if (torn) {
        file_->Append(rocksdb::Slice(data.data(), data.size() / 2), options, debug)
            .PermitUncheckedError();
      }
      return status;
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& /*verification*/,
                             rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      rocksdb::IOStatus status = disk_->Step();
      if (!status.ok()) return status;
      status = file_->Sync(options, debug);
      if (status.ok()) disk_->NoteSynced(path_);
      return status;
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }

   private:
    FaultyDisk* const disk_;
    const std::string path_;
    const std::unique_ptr<rocksdb::FSWritableFile> file_;
  };

  class Folder final : public rocksdb::FSDirectoryWrapper {
   public:
    Folder(FaultyDisk* disk, std::string path, std::unique_ptr<rocksdb::FSDirectory> folder)
        : FSDirectoryWrapper(std::move(folder)), disk_(disk), path_(std::move(path)) {}

    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      rocksdb::IOStatus status = disk_->Step();
      if (!status.ok()) return status;
      status = FSDirectoryWrapper::Fsync(options, debug);
      if (status.ok()) disk_->NoteFolderSynced(path_);
      return status;
    }
    rocksdb::IOStatus FsyncWithDirOptions(
        const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug,
        const rocksdb::DirFsyncOptions& /*fsync_options*/) override {
      return Fsync(options, debug);
    }

   private:
    FaultyDisk* const disk_;
    const std::string path_;
  };

  rocksdb::IOStatus Step(bool* torn = nullptr) {
    MutexLock lock(&mu_);
    if (!broken_ || steps_++ < fault_.after_steps) return rocksdb::IOStatus::OK();
    ++failures_;
    if (torn != nullptr) *torn = fault_.torn && failures_ == 1;
    if (fault_.once) broken_ = false;
    return fault_.no_space ? rocksdb::IOStatus::NoSpace("no space left on the faulty disk")
                           : rocksdb::IOStatus::IOError("the faulty disk failed");
  }

  void NoteSynced(const std::string& path) {
    MutexLock lock(&mu_);
    synced_bytes_[path] = std::filesystem::file_size(path);
  }

  void NoteFolderSynced(const std::string& folder) {
    MutexLock lock(&mu_);
    std::erase_if(unsynced_names_, [&folder](const std::string& path) {
      return std::filesystem::path(path).parent_path() == std::filesystem::path(folder);
    });
  }

  mutable Mutex mu_;
  Fault fault_ ABSL_GUARDED_BY(mu_);
  bool broken_ ABSL_GUARDED_BY(mu_) = false;
  std::uint64_t steps_ ABSL_GUARDED_BY(mu_) = 0;
  std::uint64_t failures_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<std::string, std::uint64_t> synced_bytes_ ABSL_GUARDED_BY(mu_);
  std::set<std::string> unsynced_names_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_STORAGE_FAULTY_DISK_H_
