// The head of a response: status line and headers, and whether a body follows.
//
// Pure but for DateHeader, which reads the machine's clock; DateHeader is owned by one thread.
// Spec: RFC 9110 (sections 8.8, 13.1.2 and 15.4.5 for ETag, If-None-Match and 304).

#ifndef SUMLOG_HTTP_RESPONSE_HEAD_H_
#define SUMLOG_HTTP_RESPONSE_HEAD_H_

#include <ctime>
#include <string>

#include "absl/strings/string_view.h"
#include "http/message.h"
#include "http/request_head.h"

namespace sumlog::http {

// "Date: Sat, 21 Nov 2026 05:28:17 GMT\r\n", formatted once a second.
class DateHeader {
 public:
  // The view lives until the next call.
  absl::string_view Line();

 private:
  std::time_t formatted_for_ = -1;
  std::string line_;
};

// Overwrites `head` with everything up to and including the empty line. Returns whether the body
// is sent after it: not for HEAD, and not when the client's copy is still good (304).
bool FormatResponseHead(const RequestHead& request, const Response& response,
                        absl::string_view date_line, bool close, std::string* head);

// Whether an If-None-Match header lists `etag` (or "*"). Weak comparison.
bool ListsEtag(absl::string_view if_none_match, absl::string_view etag);

// The answer to a request that is refused by the server itself.
Response RefusalResponse(const Refusal& refusal);

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_RESPONSE_HEAD_H_
