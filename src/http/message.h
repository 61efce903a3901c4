// What a handler sees of a request, and what it answers.

#ifndef SUMLOG_HTTP_MESSAGE_H_
#define SUMLOG_HTTP_MESSAGE_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"

namespace sumlog::http {

// A request that the server has accepted: GET or HEAD, HTTP/1.0 or 1.1, one Host, no body.
struct Request {
  bool is_head = false;
  std::string target = {};         // origin form as it came, "/lookup/example.com/!foo@v1.0.0?x=y"
  std::string if_none_match = {};  // the header's value; empty when absent
};

struct Response {
  int status = 200;
  std::string content_type = {};
  std::string cache_control = {};  // empty: no such header
  std::string etag = {};           // with its quotes; empty: no such header
  std::string body = {};           // for HEAD too: the server sends its length only
};

// Answers one request, exactly once, now or later, from any thread; never blocks. Answers to a
// connection that has gone are dropped.
using Respond = std::function<void(Response)>;

// Turns requests into responses. Called from any of the server's threads; must not block: what has
// to wait keeps `respond` and returns.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void Handle(const Request& request, Respond respond) = 0;
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_MESSAGE_H_
