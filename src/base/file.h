// Files, the way a log needs them: bounded reads, durable writes, locks that die with the process.
//
// Paths are taken as they are. Errors carry the path and the system's reason:
//   kNotFound            the file or a folder above it does not exist
//   kPermissionDenied    the system refuses
//   kResourceExhausted   no space left (ENOSPC, EDQUOT), or a file over its bound
//   kFailedPrecondition  somebody else holds the lock
//   kAlreadyExists       the file is there and must not be
//   kUnavailable         any other failure of the system
//
// Safe from any thread; FileLock is owned by one.

#ifndef SUMLOG_BASE_FILE_H_
#define SUMLOG_BASE_FILE_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog {

// A file descriptor that is closed when it goes.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Turns errno of a failed call into a Status: "<what> <path>: <reason>".
absl::Status ErrnoToStatus(int error, absl::string_view what, absl::string_view path);

// The folder that holds `path`; "." when it names none.
std::string FolderOf(const std::string& path);

// Writes all of `bytes` at the descriptor's position, or at `offset`, however many calls it takes.
// Not synced. `path` is for messages. After an error any part of them may be written.
absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path);
absl::Status WriteAllAt(int fd, off_t offset, absl::string_view bytes, const std::string& path);

// Reads a whole file of at most `max_bytes`; a longer one is kResourceExhausted.
absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes);

// Writes a new file with `mode` and syncs it and its folder. kAlreadyExists when it is there.
absl::Status CreateFileDurably(const std::string& path, absl::string_view content, mode_t mode);

// Replaces (or makes) a file in one step that survives power loss: readers see the old content or
// the new, never both. Two syncs. kFailedPrecondition: the name leads to a folder or a device.
absl::Status ReplaceFileDurably(const std::string& path, absl::string_view content, mode_t mode);

// Gives `from` the name `to`, which must lie in the same folder and be free (kAlreadyExists: it is
// not, and nothing was changed), durably. kUnavailable also when the disk's file system can neither
// rename without replacing nor make hard links.
absl::Status RenameDurablyToFreeName(const std::string& from, const std::string& to);

// Makes the folder and those above it (mode 0755, the last one `mode`). Existing ones are kept.
absl::Status MakeDirectories(const std::string& path, mode_t mode = 0755);

// Syncs a folder, so that names made in it survive power loss.
absl::Status SyncDirectory(const std::string& path);

// An exclusive lock (F_OFD_SETLK) on a file, which is made when missing. The lock goes with the
// object, or with the process however it dies. kFailedPrecondition when another process (or another
// FileLock of this one) holds it.
class FileLock {
 public:
  static absl::StatusOr<FileLock> Acquire(const std::string& path);

 private:
  explicit FileLock(FileDescriptor fd) : fd_(std::move(fd)) {}
  FileDescriptor fd_;
};

}  // namespace sumlog

#endif  // SUMLOG_BASE_FILE_H_
