#include "rpc/tcp_probe.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace sumlog::rpc {
namespace {

absl::Status ListenError(int error, const ops::Address& address) {
  const std::string what = absl::StrCat("cannot listen on ", ops::FormatAddress(address), ": ");
  if (error == EADDRINUSE) {
    return absl::FailedPreconditionError(absl::StrCat(what, "another program listens there"));
  }
  if (error == EADDRNOTAVAIL || error == EAFNOSUPPORT) {
    return absl::NotFoundError(absl::StrCat(what, "this machine has no such address"));
  }
  if (error == EACCES) {
    return absl::PermissionDeniedError(absl::StrCat(what, "the system refuses"));
  }
  return absl::UnavailableError(absl::StrCat(what, "system error ", error));
}

// 0, or what the system says.
int TryToListen(const addrinfo& found) {
  const FileDescriptor fd(
      socket(found.ai_family, found.ai_socktype | SOCK_CLOEXEC, found.ai_protocol));
  if (!fd.valid()) return errno;
  // As gRPC does: old connections in TIME_WAIT do not hold the port.
  const int on = 1;
  if (setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) return errno;
  if (bind(fd.get(), found.ai_addr, found.ai_addrlen) != 0) return errno;
  return listen(fd.get(), 1) == 0 ? 0 : errno;
}

}  // namespace

absl::Status ProbeTcpAddress(const ops::Address& address) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("cannot listen on \"", address.host,
                                                   "\": not an address, and no name of a host"));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, freeaddrinfo);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    error = TryToListen(*each);
    if (error == 0) return absl::OkStatus();
    if (error != EADDRNOTAVAIL && error != EAFNOSUPPORT) break;
  }
  return ListenError(error, address);
}

}  // namespace sumlog::rpc
