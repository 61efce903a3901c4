// A proxy on loopback that opens tunnels (CONNECT) to other ports of loopback, or refuses to.
//
// One tunnel at a time. Safe from any thread.

#ifndef SUMLOG_TESTS_CLIENT_CONNECT_PROXY_H_
#define SUMLOG_TESTS_CLIENT_CONNECT_PROXY_H_

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "client/sigpipe_block.h"
#include "support/loopback_listener.h"

namespace sumlog::client {

class ConnectProxy {
 public:
  // Whatever host is asked for, tunnels lead to `target_port`; port 0: every tunnel is refused.
  explicit ConnectProxy(std::uint16_t target_port) : target_port_(target_port) {
    thread_ = StartThread("connect-proxy", [this] { Serve(); });
  }
  ~ConnectProxy() { listener_.Shutdown(); }

  std::string url() const { return absl::StrCat("http://127.0.0.1:", listener_.port()); }

  // The requests for tunnels so far, each up to its blank line.
  std::vector<std::string> requests() const {
    MutexLock lock(&mu_);
    return requests_;
  }

 private:
  static sockaddr Loopback(std::uint16_t port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic = {};
    std::memcpy(&generic, &address, sizeof(address));
    return generic;
  }

  void Serve() {
    const SigpipeBlock block;  // clients hang up
    while (true) {
      const FileDescriptor client = listener_.Accept();
      if (!client.valid()) return;
      Tunnel(client.get());
    }
  }

  void Tunnel(int client) {
    std::string request;
    char c = 0;
    while (request.find("\r\n\r\n") == std::string::npos) {
      if (::read(client, &c, 1) != 1) return;
      request.push_back(c);
    }
    {
      MutexLock lock(&mu_);
      requests_.push_back(request);
    }
    const FileDescriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr target = Loopback(target_port_);
    if (target_port_ == 0 || ::connect(server.get(), &target, sizeof(target)) != 0) {
      Send(client, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    Send(client, "HTTP/1.1 200 Connection established\r\n\r\n");
    while (Pump(client, server.get())) {
    }
  }

  // Hands on what there is, either way; false when one side has hung up.
  static bool Pump(int client, int server) {
    pollfd ends[2] = {{.fd = client, .events = POLLIN, .revents = 0},
                      {.fd = server, .events = POLLIN, .revents = 0}};
    if (::poll(ends, 2, -1) <= 0) return false;
    for (int i = 0; i < 2; ++i) {
      if (ends[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t count = ::read(ends[i].fd, buffer, sizeof(buffer));
      if (count <= 0) return false;
      Send(ends[1 - i].fd, std::string(buffer, static_cast<std::size_t>(count)));
    }
    return true;
  }

  static void Send(int fd, const std::string& bytes) { (void)WriteAll(fd, bytes, "tunnel").ok(); }

  // Constant after construction.
  const std::uint16_t target_port_;
  const testing::LoopbackListener listener_;

  mutable Mutex mu_;
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mu_);

  std::jthread thread_;
};

}  // namespace sumlog::client

#endif  // SUMLOG_TESTS_CLIENT_CONNECT_PROXY_H_
