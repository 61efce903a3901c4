#include "cli/served.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"

namespace sumlog::cli {

absl::StatusOr<bool> IsLocked(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    if (errno == ENOENT) return false;
    return ErrnoToStatus(errno, "open", path);
  }
  struct flock wanted = {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_OFD_GETLK, &wanted) != 0) return ErrnoToStatus(errno, "ask for", path);
  return wanted.l_type != F_UNLCK;
}

}  // namespace sumlog::cli
