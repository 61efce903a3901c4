#include "backup/folder_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/sha256_stream.h"

namespace sumlog::backup {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

absl::Status NotAFile(const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat(path, " is not a regular file"));
}

absl::StatusOr<FileDescriptor> OpenRegularFile(const std::string& path) {
  // Not blocking: a pipe that was put here would keep us waiting for ever.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid()) {
    if (errno == ELOOP || errno == ENXIO) return NotAFile(path);
    return ErrnoToStatus(errno, "open", path);
  }
  struct stat info = {};
  if (::fstat(file.get(), &info) != 0) return ErrnoToStatus(errno, "read", path);
  if (!S_ISREG(info.st_mode)) return NotAFile(path);
  return file;
}

}  // namespace

absl::StatusOr<std::vector<FolderEntry>> ListFolder(const std::string& folder) {
  struct stat info = {};
  if (::stat(folder.c_str(), &info) != 0) return ErrnoToStatus(errno, "open", folder);
  if (!S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(folder, " is not a folder"));
  }
  std::vector<FolderEntry> entries;
  std::error_code error;
  std::filesystem::directory_iterator it(folder, error);
  for (const std::filesystem::directory_iterator end; !error && it != end; it.increment(error)) {
    struct stat entry = {};
    if (::lstat(it->path().c_str(), &entry) != 0) {
      return ErrnoToStatus(errno, "read", it->path().string());
    }
    entries.push_back({.name = it->path().filename().string(),
                       .is_file = S_ISREG(entry.st_mode),
                       .is_folder = S_ISDIR(entry.st_mode),
                       .size_bytes = static_cast<std::uint64_t>(entry.st_size)});
  }
  if (error) return ErrnoToStatus(error.value(), "list", folder);
  std::sort(entries.begin(), entries.end(),
            [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
  return entries;
}

absl::StatusOr<FileSums> ReadThrough(const std::string& path, const std::string& copy,
                                     const PieceWatch& watch) {
  ASSIGN_OR_RETURN(const FileDescriptor from, OpenRegularFile(path));
  FileDescriptor to;
  if (!copy.empty()) {
    to = FileDescriptor(::open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!to.valid()) return ErrnoToStatus(errno, "create", copy);
  }
  FileSums sums;
  crypto::Sha256Stream stream;
  std::string piece(kPieceBytes, '\0');
  while (true) {
    const ssize_t count = ::read(from.get(), piece.data(), piece.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return ErrnoToStatus(errno, "read", path);
    }
    if (count == 0) break;
    const absl::string_view bytes(piece.data(), static_cast<std::size_t>(count));
    stream.Add(bytes);
    sums.size_bytes += bytes.size();
    if (to.valid()) RETURN_IF_ERROR(WriteAll(to.get(), bytes, copy));
    RETURN_IF_ERROR(watch(bytes.size()));
  }
  if (to.valid() && ::fsync(to.get()) != 0) return ErrnoToStatus(errno, "sync", copy);
  sums.sha256 = stream.Finish();
  return sums;
}

absl::StatusOr<std::string> ReadSmall(const std::string& path, std::size_t max_bytes) {
  RETURN_IF_ERROR(OpenRegularFile(path).status());  // no link, and no pipe that never ends
  return ReadFile(path, max_bytes);
}

absl::StatusOr<bool> LinkFile(const std::string& path, const std::string& link) {
  if (::link(path.c_str(), link.c_str()) == 0) return true;
  if (errno == EXDEV || errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK) return false;
  return ErrnoToStatus(errno, "create", link);
}

absl::Status CheckSpace(const std::string& folder, std::uint64_t want_bytes,
                        const std::string& what) {
  struct statvfs info = {};
  if (::statvfs(folder.c_str(), &info) != 0) return ErrnoToStatus(errno, "read", folder);
  const std::uint64_t free_bytes = std::uint64_t{info.f_bavail} * info.f_frsize;
  if (want_bytes <= free_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("no space for ", what, " in ", folder, ": it takes ", want_bytes, " bytes, ",
                   free_bytes, " are left\nfix: make room on that disk; nothing was changed"));
}

absl::Status RemoveFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (error) return ErrnoToStatus(error.value(), "remove", folder);
  return absl::OkStatus();
}

}  // namespace sumlog::backup
