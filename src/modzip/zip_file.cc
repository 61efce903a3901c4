#include "modzip/zip_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "base/status_macros.h"

namespace sumlog::modzip {
namespace {

constexpr std::size_t kBufferSizeBytes = 64 * 1024;
constexpr absl::string_view kZip = "a module zip";

absl::Status TooLarge(std::uint64_t max_size_bytes) {
  return absl::InvalidArgumentError(
      absl::StrCat("module zip is larger than ", max_size_bytes, " bytes"));
}

absl::StatusOr<FileDescriptor> UnnamedFile(const std::string& folder) {
  std::string path = absl::StrCat(folder, "/.modzip-XXXXXX");
  FileDescriptor file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file.valid()) return ErrnoToStatus(errno, "create", path);
  if (::unlink(path.c_str()) != 0) return ErrnoToStatus(errno, "unlink", path);
  return file;
}

absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& folder) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoToStatus(errno, "write to a spool file in", folder);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ZipFile> ZipFile::Spool(int from_fd, const std::string& folder,
                                       std::uint64_t max_size_bytes) {
  ASSIGN_OR_RETURN(FileDescriptor file, UnnamedFile(folder));
  std::vector<char> buffer(kBufferSizeBytes);
  std::uint64_t size_bytes = 0;
  while (true) {
    const ssize_t count = ::read(from_fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoToStatus(errno, "read", kZip);
    if (count == 0) return ZipFile(std::move(file), size_bytes);
    const auto piece_size = static_cast<std::size_t>(count);
    if (piece_size > max_size_bytes - size_bytes) return TooLarge(max_size_bytes);
    RETURN_IF_ERROR(WriteAll(file.get(), absl::string_view(buffer.data(), piece_size), folder));
    size_bytes += piece_size;
  }
}

absl::StatusOr<ZipFile> ZipFile::Adopt(FileDescriptor file, std::uint64_t max_size_bytes) {
  struct stat info;
  if (::fstat(file.get(), &info) != 0) return ErrnoToStatus(errno, "stat", kZip);
  if (!S_ISREG(info.st_mode)) return absl::InvalidArgumentError("module zip is no regular file");
  const auto size_bytes = static_cast<std::uint64_t>(info.st_size);
  if (size_bytes > max_size_bytes) return TooLarge(max_size_bytes);
  return ZipFile(std::move(file), size_bytes);
}

absl::StatusOr<std::string> ZipFile::ReadAt(std::uint64_t offset, std::size_t size_bytes) const {
  CHECK(offset <= size_bytes_ && size_bytes <= size_bytes_ - offset);
  std::string bytes(size_bytes, '\0');
  std::size_t filled = 0;
  while (filled < size_bytes) {
    const ssize_t count = ::pread(file_.get(), bytes.data() + filled, size_bytes - filled,
                                  static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoToStatus(errno, "read", kZip);
    if (count == 0) return absl::UnavailableError("module zip shrinks while it is read");
    filled += static_cast<std::size_t>(count);
  }
  return bytes;
}

}  // namespace sumlog::modzip
