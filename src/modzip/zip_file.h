// A zip file that stays as it is while it is read.
//
// It is read twice, by our own checks and by libzip, and both must see the same bytes. So a file
// that others could change is first copied to one without a name, which also makes a pipe readable
// twice and bounds what is read at all.
//
// Constant after construction; ReadAt is safe from any thread.

#ifndef SUMLOG_MODZIP_ZIP_FILE_H_
#define SUMLOG_MODZIP_ZIP_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file.h"

namespace sumlog::modzip {

class ZipFile {
 public:
  // Copies what `from_fd` gives from its position to its end (file, pipe or socket) to an unnamed
  // file in `folder`. kInvalidArgument when that is more than `max_size_bytes`, and then no more
  // than that was written; else status codes as base/file.h.
  static absl::StatusOr<ZipFile> Spool(int from_fd, const std::string& folder,
                                       std::uint64_t max_size_bytes);

  // Takes a regular file that nobody else can write. Status codes as Spool.
  static absl::StatusOr<ZipFile> Adopt(FileDescriptor file, std::uint64_t max_size_bytes);

  std::uint64_t size_bytes() const { return size_bytes_; }
  int fd() const { return file_.get(); }

  // The bytes [offset, offset + size_bytes), which must lie in the file. Status codes as
  // base/file.h.
  absl::StatusOr<std::string> ReadAt(std::uint64_t offset, std::size_t size_bytes) const;

 private:
  ZipFile(FileDescriptor file, std::uint64_t size_bytes)
      : file_(std::move(file)), size_bytes_(size_bytes) {}

  FileDescriptor file_;
  std::uint64_t size_bytes_;
};

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_ZIP_FILE_H_
