#include "rpc/socket_path.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace sumlog::rpc {
namespace {

constexpr std::size_t kMaxPathBytes = sizeof(sockaddr_un::sun_path) - 1;

absl::Status RemoveStaleSocket(const std::string& path) {
  struct stat found = {};
  if (lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return ErrnoToStatus(errno, "cannot look at", path);
  }
  if (!S_ISSOCK(found.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on unix:", path, ": something that is no socket lies there"));
  }
  if (unlink(path.c_str()) != 0) return ErrnoToStatus(errno, "cannot remove", path);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SocketPath> SocketPath::Claim(const std::string& path) {
  if (path.empty() || path.size() > kMaxPathBytes) {
    return absl::InvalidArgumentError(absl::StrCat("cannot listen on unix:", path, ": path of ",
                                                   path.size(), " bytes, want 1 to ",
                                                   kMaxPathBytes));
  }
  absl::StatusOr<FileLock> lock = FileLock::Acquire(path + ".lock");
  if (absl::IsFailedPrecondition(lock.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on unix:", path, ": another server listens there"));
  }
  RETURN_IF_ERROR(lock.status());
  RETURN_IF_ERROR(RemoveStaleSocket(path));
  return SocketPath(path, *std::move(lock));
}

SocketPath::~SocketPath() {
  if (!path_.empty()) unlink(path_.c_str());
}

}  // namespace sumlog::rpc
