#include "mirror/bundle_checksum.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/hex.h"
#include "crypto/sha256_stream.h"

namespace sumlog::mirror {
namespace {

constexpr std::size_t kPieceBytes = 1u << 20;

absl::StatusOr<FileDescriptor> Open(const std::string& path, int flags) {
  FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file.valid()) return ErrnoToStatus(errno, "open", path);
  return file;
}

// The offset of the checksum.
absl::StatusOr<off_t> ChecksumOffset(int fd, const std::string& path) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return ErrnoToStatus(errno, "stat", path);
  const off_t offset = info.st_size - static_cast<off_t>(kChecksumBytes);
  if (offset >= 0) return offset;
  return absl::InvalidArgumentError(
      absl::StrCat(path, " is no bundle: it has ", info.st_size, " bytes"));
}

absl::Status ReadAt(int fd, off_t offset, std::string* piece, const std::string& path) {
  std::size_t done = 0;
  while (done < piece->size()) {
    const ssize_t count =
        ::pread(fd, piece->data() + done, piece->size() - done, offset + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoToStatus(errno, "read", path);
    if (count == 0) return absl::UnavailableError(absl::StrCat(path, " changes while it is read"));
    done += static_cast<std::size_t>(count);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ComputeChecksum(int fd, const std::string& path) {
  ASSIGN_OR_RETURN(const off_t end, ChecksumOffset(fd, path));
  crypto::Sha256Stream hash;
  std::string piece;
  for (off_t offset = 0; offset < end; offset += static_cast<off_t>(piece.size())) {
    piece.resize(std::min(kPieceBytes, static_cast<std::size_t>(end - offset)));
    RETURN_IF_ERROR(ReadAt(fd, offset, &piece, path));
    hash.Add(piece);
  }
  hash.Add(std::string(kChecksumBytes, '0'));
  return crypto::HexOf(hash.Finish());
}

absl::Status CheckChecksum(const std::string& path) {
  ASSIGN_OR_RETURN(const FileDescriptor file, Open(path, O_RDONLY));
  ASSIGN_OR_RETURN(const off_t offset, ChecksumOffset(file.get(), path));
  std::string found(kChecksumBytes, '\0');
  RETURN_IF_ERROR(ReadAt(file.get(), offset, &found, path));
  ASSIGN_OR_RETURN(const std::string want, ComputeChecksum(file.get(), path));
  if (found == want) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path,
                   " is no bundle, or not as it was made: its checksum does not match"
                   "\nfix: carry it over again"));
}

absl::Status PutChecksum(const std::string& path) {
  ASSIGN_OR_RETURN(const FileDescriptor file, Open(path, O_RDWR));
  ASSIGN_OR_RETURN(const off_t offset, ChecksumOffset(file.get(), path));
  ASSIGN_OR_RETURN(const std::string checksum, ComputeChecksum(file.get(), path));
  RETURN_IF_ERROR(WriteAllAt(file.get(), offset, checksum, path));
  if (::fdatasync(file.get()) != 0) return ErrnoToStatus(errno, "sync", path);
  return absl::OkStatus();
}

}  // namespace sumlog::mirror
