// A blocking client that sends exactly the bytes it is given, for tests of servers.
//
// Every read gives up after a generous time, so that a server that says nothing fails the test
// instead of hanging it. Owned by one thread.

#ifndef SUMLOG_TESTS_SUPPORT_RAW_HTTP_CLIENT_H_
#define SUMLOG_TESTS_SUPPORT_RAW_HTTP_CLIENT_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace sumlog {

struct RawResponse {
  int status = 0;                              // 0: the connection ended before a whole response
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // The header's value; empty when it is not there.
  std::string Header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

class RawHttpClient {
 public:
  // Connects to 127.0.0.1.
  explicit RawHttpClient(std::uint16_t port);
  ~RawHttpClient();
  RawHttpClient(RawHttpClient&& other) noexcept;
  RawHttpClient& operator=(RawHttpClient&&) = delete;

  bool connected() const { return fd_ >= 0; }

  // A failure (the server has closed) shows in what is read next.
  void Send(absl::string_view bytes);

  // "GET <target> HTTP/1.1" with a Host, and its response.
  RawResponse Get(absl::string_view target);

  // The next response. `has_body` is false for the answer to a HEAD.
  RawResponse ReadResponse(bool has_body = true);

  // Everything up to the end of the connection. `ended` tells an end (or reset) from a server that
  // stayed silent too long.
  std::string ReadToEnd(bool* ended);

  // Whether the server closes the connection without sending anything more.
  bool IsClosedByServer();

  // Says that nothing more will be sent.
  void ShutdownSend();

  int fd() const { return fd_; }

 private:
  // Appends what arrives next to unread_; false at the end of the connection.
  bool ReadMore();

  int fd_ = -1;
  bool timed_out_ = false;
  std::string unread_;
};

}  // namespace sumlog

#endif  // SUMLOG_TESTS_SUPPORT_RAW_HTTP_CLIENT_H_
