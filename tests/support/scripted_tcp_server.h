// A server on loopback that answers every connection with the bytes a test has written, and nothing
// else: for clients that must cope with servers no library would let us build.
//
// Safe from any thread.

#ifndef SUMLOG_TESTS_SUPPORT_SCRIPTED_TCP_SERVER_H_
#define SUMLOG_TESTS_SUPPORT_SCRIPTED_TCP_SERVER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/mutex.h"
#include "support/loopback_listener.h"

namespace sumlog::testing {

class ScriptedTcpServer {
 public:
  // The bytes to send to a request (all up to the blank line). Nothing: the connection is held
  // open, silent, until the server goes.
  using Script = std::function<std::string(const std::string& request)>;

  explicit ScriptedTcpServer(Script script);
  ~ScriptedTcpServer();

  std::uint16_t port() const { return listener_.port(); }
  std::string url() const;

  // Requests so far.
  std::vector<std::string> requests() const;

 private:
  void Serve();
  void Answer(FileDescriptor connection);

  // Constant after construction.
  const Script script_;
  const LoopbackListener listener_;

  mutable Mutex mu_;
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mu_);

  std::vector<FileDescriptor> held_;  // owned by the server's thread
  std::jthread thread_;
};

// "HTTP/1.1 <status>\r\n<headers>Content-Length: …\r\nConnection: close\r\n\r\n<body>". Each header
// ends with "\r\n".
std::string HttpAnswer(const std::string& status, const std::string& headers,
                       const std::string& body);

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_SCRIPTED_TCP_SERVER_H_
