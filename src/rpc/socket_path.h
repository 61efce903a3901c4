// A Unix socket's place in the file system, held by one server at a time.
//
// A socket file outlives a server that was killed, and a new server could not tell it from one that
// is served. So whoever serves holds a lock on "<path>.lock", and who holds the lock may remove the
// socket that lies there.

#ifndef SUMLOG_RPC_SOCKET_PATH_H_
#define SUMLOG_RPC_SOCKET_PATH_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file.h"

namespace sumlog::rpc {

class SocketPath {
 public:
  // Takes the lock and removes a socket that was left behind.
  //   kInvalidArgument     an empty path, or one too long for a socket (107 bytes)
  //   kFailedPrecondition  another server has the lock, or something that is no socket lies there
  //   others               as base/file.h
  static absl::StatusOr<SocketPath> Claim(const std::string& path);

  // Removes the socket, then gives up the lock.
  ~SocketPath();
  SocketPath(SocketPath&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  SocketPath& operator=(SocketPath&&) = delete;

  const std::string& path() const { return path_; }

 private:
  SocketPath(std::string path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;  // empty: moved from
  FileLock lock_;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_SOCKET_PATH_H_
