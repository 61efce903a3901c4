#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace sumlog {
namespace {

// Whether a call failed because the system or this file system does not have it.
bool IsMissingCall(int error) {
  return error == ENOSYS || error == EINVAL || error == EOPNOTSUPP || error == EPERM;
}

// Writes a file that must not exist yet, synced, but not the folder's entry.
absl::Status WriteNewFile(const std::string& path, absl::string_view content, mode_t mode) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.valid()) return ErrnoToStatus(errno, "create", path);
  RETURN_IF_ERROR(WriteAll(file.get(), content, path));
  if (::fsync(file.get()) != 0) return ErrnoToStatus(errno, "sync", path);
  return absl::OkStatus();
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

absl::Status ErrnoToStatus(int error, absl::string_view what, absl::string_view path) {
  const std::string message = absl::StrCat(what, " ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(message);
    case EEXIST:
      return absl::AlreadyExistsError(message);
    default:
      return absl::UnavailableError(message);
  }
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return ErrnoToStatus(errno, "write", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status WriteAllAt(int fd, off_t offset, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), offset);
    if (written < 0) {
      if (errno == EINTR) continue;
      return ErrnoToStatus(errno, "write", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += written;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return ErrnoToStatus(errno, "open", path);
  std::string content;
  char buffer[65536];
  while (true) {
    const ssize_t count = ::read(file.get(), buffer, sizeof(buffer));
    if (count < 0) {
      if (errno == EINTR) continue;
      return ErrnoToStatus(errno, "read", path);
    }
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > max_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("read ", path, ": longer than ", max_bytes, " bytes"));
    }
  }
}

absl::Status CreateFileDurably(const std::string& path, absl::string_view content, mode_t mode) {
  RETURN_IF_ERROR(WriteNewFile(path, content, mode));
  return SyncDirectory(FolderOf(path));
}

absl::Status ReplaceFileDurably(const std::string& path, absl::string_view content, mode_t mode) {
  // rename would put a file in the place of /dev/null, for everybody on the machine.
  struct stat there;
  if (::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("replace ", path, ": it is no regular file, want one or a free name"));
  }
  const std::string temporary = absl::StrCat(path, ".new");
  ::unlink(temporary.c_str());  // left behind by a crash; never read by anybody
  if (absl::Status status = WriteNewFile(temporary, content, mode); !status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return ErrnoToStatus(errno, "rename", path);
  return SyncDirectory(FolderOf(path));
}

absl::Status RenameDurablyToFreeName(const std::string& from, const std::string& to) {
  int error = 0;
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
    error = errno;
  }
  if (IsMissingCall(error)) {
    error = ::link(from.c_str(), to.c_str()) == 0 ? 0 : errno;
    if (error == 0) ::unlink(from.c_str());
    if (IsMissingCall(error)) {
      return absl::UnavailableError(
          absl::StrCat("create ", to,
                       ": its file system can neither rename without replacing nor make hard "
                       "links; choose a folder on another disk"));
    }
  }
  if (error != 0) return ErrnoToStatus(error, "create", to);
  return SyncDirectory(FolderOf(to));
}

absl::Status MakeDirectories(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return SyncDirectory(FolderOf(path));
  if (errno == EEXIST) {
    struct stat info;
    if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return absl::OkStatus();
    return absl::AlreadyExistsError(absl::StrCat("make folder ", path, ": a file is in the way"));
  }
  if (errno != ENOENT) return ErrnoToStatus(errno, "make folder", path);
  RETURN_IF_ERROR(MakeDirectories(FolderOf(path), 0755));
  if (::mkdir(path.c_str(), mode) != 0) return ErrnoToStatus(errno, "make folder", path);
  return SyncDirectory(FolderOf(path));
}

absl::Status SyncDirectory(const std::string& path) {
  const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return ErrnoToStatus(errno, "open", path);
  if (::fsync(folder.get()) != 0) return ErrnoToStatus(errno, "sync", path);
  return absl::OkStatus();
}

absl::StatusOr<FileLock> FileLock::Acquire(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file.valid()) return ErrnoToStatus(errno, "open", path);
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_OFD_SETLK, &whole) != 0) {
    if (errno == EAGAIN || errno == EACCES) {
      return absl::FailedPreconditionError(
          absl::StrCat("lock ", path, ": another process holds it"));
    }
    return ErrnoToStatus(errno, "lock", path);
  }
  return FileLock(std::move(file));
}

}  // namespace sumlog
