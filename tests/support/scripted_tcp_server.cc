#include "support/scripted_tcp_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/thread.h"

namespace sumlog::testing {

ScriptedTcpServer::ScriptedTcpServer(Script script) : script_(std::move(script)) {
  listener_ = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK(listener_.valid());
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic = {};
  static_assert(sizeof(generic) == sizeof(address));
  std::memcpy(&generic, &address, sizeof(address));
  CHECK(::bind(listener_.get(), &generic, sizeof(generic)) == 0);
  CHECK(::listen(listener_.get(), 16) == 0);
  socklen_t length = sizeof(generic);
  CHECK(::getsockname(listener_.get(), &generic, &length) == 0);
  std::memcpy(&address, &generic, sizeof(address));
  port_ = ntohs(address.sin_port);
  thread_ = StartThread("scripted", [this] { Serve(); });
}

ScriptedTcpServer::~ScriptedTcpServer() {
  ::shutdown(listener_.get(), SHUT_RDWR);  // wakes the thread up
  thread_.join();
}

std::string ScriptedTcpServer::url() const { return absl::StrCat("http://127.0.0.1:", port_); }

std::vector<std::string> ScriptedTcpServer::requests() const {
  MutexLock lock(&mu_);
  return requests_;
}

void ScriptedTcpServer::Serve() {
  while (true) {
    FileDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection.valid()) return;
    Answer(std::move(connection));
  }
}

void ScriptedTcpServer::Answer(FileDescriptor connection) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::recv(connection.get(), buffer, sizeof(buffer), 0);
    if (count <= 0) return;
    request.append(buffer, static_cast<std::size_t>(count));
  }
  {
    MutexLock lock(&mu_);
    requests_.push_back(request);
  }
  std::string answer = script_(request);
  if (answer.empty()) {
    held_.push_back(std::move(connection));
    return;
  }
  while (!answer.empty()) {
    const ssize_t count = ::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    answer.erase(0, static_cast<std::size_t>(count));
  }
}

std::string HttpAnswer(const std::string& status, const std::string& headers,
                       const std::string& body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\n", headers, "Content-Length: ", body.size(),
                      "\r\nConnection: close\r\n\r\n", body);
}

}  // namespace sumlog::testing
