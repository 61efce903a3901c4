// One request head, from its bytes: where it ends, what it says, and whether it is refused.
//
// The grammar is Boost.Beast's. On top of it come the rules that keep us from disagreeing with a
// proxy in front about where a request begins and ends: every line ends in CRLF, no folded lines,
// one Host, one Content-Length, never Content-Length and Transfer-Encoding together, no bodies.
//
// Pure: no I/O, no locks, no clock. Safe from any thread (a HeadScanner is owned by one).
// Spec: RFC 9112 and RFC 9110.

#ifndef SUMLOG_HTTP_REQUEST_HEAD_H_
#define SUMLOG_HTTP_REQUEST_HEAD_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "http/message.h"

namespace sumlog::http {

// The longest module path and version, with every byte percent-encoded, stay below 4 KiB.
inline constexpr std::size_t kMaxTargetBytes = 8 * 1024;

struct RequestHead {
  Request request;
  bool keep_alive = false;   // the client wants to send more on this connection
  bool is_http_1_0 = false;  // it has to be told so when the connection stays open
};

// A request that gets no further. The connection closes after the answer.
struct Refusal {
  int status = 400;
  absl::string_view what;  // points to a string literal
};

// Finds the end of a head in bytes that arrive piece by piece; looks at each byte once.
class HeadScanner {
 public:
  enum class Result { kIncomplete, kComplete, kMalformed };

  // `input` begins with the head's first byte and has grown since the last call. kMalformed: a line
  // that does not end in CRLF, a folded line, or no request at all; what arrives later cannot
  // mend it.
  Result Scan(absl::string_view input);

  // After kComplete: the length of the head with its empty line.
  std::size_t head_size_bytes() const { return head_size_bytes_; }

  // Whether the request line is complete.
  bool past_request_line() const { return line_begin_ > 0; }

  void Reset() { *this = HeadScanner(); }

 private:
  std::size_t scanned_ = 0;     // bytes looked at
  std::size_t line_begin_ = 0;  // where the current line begins
  std::size_t head_size_bytes_ = 0;
};

// Parses one complete head. `out` is overwritten and keeps its memory; when the request is refused,
// only out->request.is_head means something.
//
// Accepts the origin form ("/path?query") and the absolute form ("http://host/path"), which becomes
// the origin form: the host in it counts for nothing here, as that in Host.
std::optional<Refusal> ParseRequestHead(absl::string_view head, RequestHead* out);

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_REQUEST_HEAD_H_
