#include "cli/spool_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace sumlog::cli {
namespace {

absl::StatusOr<FileDescriptor> UnnamedFile(const std::string& folder) {
  std::string path = absl::StrCat(folder, "/.spool-XXXXXX");
  FileDescriptor file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file.valid()) return ErrnoToStatus(errno, "create", path);
  if (::unlink(path.c_str()) != 0) return ErrnoToStatus(errno, "unlink", path);
  return file;
}

}  // namespace

absl::StatusOr<SpoolFile::Piece> SpoolFile::Append(absl::string_view bytes) {
  if (!file_.valid()) {
    ASSIGN_OR_RETURN(file_, UnnamedFile(folder_));
  }
  const Piece piece{.offset = size_bytes_, .size_bytes = bytes.size()};
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_bytes_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoToStatus(errno, "write to a spool file in", folder_);
    size_bytes_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return piece;
}

absl::Status SpoolFile::Read(const Piece& piece, std::string* out) const {
  const std::size_t begin = out->size();
  out->resize(begin + piece.size_bytes);
  std::size_t filled = 0;
  while (filled < piece.size_bytes) {
    const ssize_t count =
        ::pread(file_.get(), out->data() + begin + filled, piece.size_bytes - filled,
                static_cast<off_t>(piece.offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoToStatus(errno, "read a spool file in", folder_);
    if (count == 0) {
      return absl::UnavailableError(absl::StrCat("a spool file in ", folder_, " has shrunk"));
    }
    filled += static_cast<std::size_t>(count);
  }
  return absl::OkStatus();
}

}  // namespace sumlog::cli
