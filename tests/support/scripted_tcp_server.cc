#include "support/scripted_tcp_server.h"

#include <sys/socket.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/thread.h"

namespace sumlog::testing {

ScriptedTcpServer::ScriptedTcpServer(Script script) : script_(std::move(script)) {
  thread_ = StartThread("scripted", [this] { Serve(); });
}

ScriptedTcpServer::~ScriptedTcpServer() {
  listener_.Shutdown();  // wakes the thread up
  thread_.join();
}

std::string ScriptedTcpServer::url() const { return absl::StrCat("http://127.0.0.1:", port()); }

std::vector<std::string> ScriptedTcpServer::requests() const {
  MutexLock lock(&mu_);
  return requests_;
}

void ScriptedTcpServer::Serve() {
  while (true) {
    FileDescriptor connection = listener_.Accept();
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
