#include "support/loopback_listener.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "base/check.h"

namespace sumlog::testing {

LoopbackListener::LoopbackListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  CHECK(socket_.valid());
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic = {};
  static_assert(sizeof(generic) == sizeof(address));
  std::memcpy(&generic, &address, sizeof(address));
  CHECK(::bind(socket_.get(), &generic, sizeof(generic)) == 0);
  CHECK(::listen(socket_.get(), 16) == 0);
  socklen_t length = sizeof(generic);
  CHECK(::getsockname(socket_.get(), &generic, &length) == 0);
  std::memcpy(&address, &generic, sizeof(address));
  port_ = ntohs(address.sin_port);
}

FileDescriptor LoopbackListener::Accept() const {
  return FileDescriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

void LoopbackListener::Shutdown() const { ::shutdown(socket_.get(), SHUT_RDWR); }

}  // namespace sumlog::testing
