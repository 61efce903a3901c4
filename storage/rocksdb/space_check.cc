#include "storage/rocksdb/space_check.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace sumlog::storage {
namespace {

// Manifest, options and log files of a new start are well below this.
constexpr std::uint64_t kListsBytes = 2u << 20;

// RocksDB removes files of this name by itself, should a crash leave ours behind.
constexpr char kReservedName[] = "000000.dbtmp";

std::uint64_t WriteAheadLogBytes(const std::string& path) {
  std::uint64_t total = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator file(path, error), end; !error && file != end;
       file.increment(error)) {
    if (file->path().extension() != ".log") continue;
    std::error_code ignored;
    const std::uintmax_t size = file->file_size(ignored);
    if (!ignored) total += size;
  }
  return total;
}

}  // namespace

absl::Status CheckSpaceToOpen(const std::string& path) {
  const std::uint64_t want = kListsBytes + WriteAheadLogBytes(path);
  const std::string reserved = absl::StrCat(path, "/", kReservedName);
  const FileDescriptor file(
      ::open(reserved.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  int error = errno;
  if (file.valid()) {
    error = ::fallocate(file.get(), 0, 0, static_cast<off_t>(want)) == 0 ? 0 : errno;
    ::unlink(reserved.c_str());
  }
  // A file system that cannot reserve says so: then nobody can know.
  if (error == 0 || error == EOPNOTSUPP || error == ENOSYS) return absl::OkStatus();
  if (error == ENOSPC || error == EDQUOT) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no space left to open the database ", path, ", which may take ", want,
                     " bytes for a moment\nfix: make room on that disk; nothing was changed"));
  }
  return ErrnoToStatus(error, "write in", path);
}

}  // namespace sumlog::storage
