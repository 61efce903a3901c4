#include "http/response_head.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "http/error_body.h"

namespace sumlog::http {
namespace {

absl::string_view StatusLine(int status) {
  switch (status) {
    case 200:
      return "HTTP/1.1 200 OK\r\n";
    case 304:
      return "HTTP/1.1 304 Not Modified\r\n";
    case 400:
      return "HTTP/1.1 400 Bad Request\r\n";
    case 403:
      return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
      return "HTTP/1.1 404 Not Found\r\n";
    case 405:
      return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 408:
      return "HTTP/1.1 408 Request Timeout\r\n";
    case 413:
      return "HTTP/1.1 413 Content Too Large\r\n";
    case 414:
      return "HTTP/1.1 414 URI Too Long\r\n";
    case 417:
      return "HTTP/1.1 417 Expectation Failed\r\n";
    case 429:
      return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431:
      return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 503:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    default:
      return "HTTP/1.1 500 Internal Server Error\r\n";
  }
}

absl::string_view WithoutWeakMark(absl::string_view etag) {
  return absl::StartsWith(etag, "W/") ? etag.substr(2) : etag;
}

}  // namespace

absl::string_view DateHeader::Line() {
  const std::time_t now = std::time(nullptr);
  if (now != formatted_for_) {
    formatted_for_ = now;
    line_ = absl::FormatTime("Date: %a, %d %b %Y %H:%M:%S GMT\r\n", absl::FromTimeT(now),
                             absl::UTCTimeZone());
  }
  return line_;
}

bool ListsEtag(absl::string_view if_none_match, absl::string_view etag) {
  absl::string_view rest = if_none_match;
  for (;;) {
    while (!rest.empty() &&
           (absl::ascii_isspace(static_cast<unsigned char>(rest[0])) || rest[0] == ',')) {
      rest.remove_prefix(1);
    }
    if (rest.empty()) return false;
    if (rest[0] == '*') return true;
    // [W/]"…": the tag goes to its closing quote; a list that is not one matches nothing.
    const std::size_t open = rest.find('"');
    if (open == absl::string_view::npos) return false;
    const std::size_t close = rest.find('"', open + 1);
    if (close == absl::string_view::npos) return false;
    if (WithoutWeakMark(rest.substr(0, close + 1)) == WithoutWeakMark(etag)) return true;
    rest.remove_prefix(close + 1);
  }
}

bool FormatResponseHead(const RequestHead& request, const Response& response,
                        absl::string_view date_line, bool close, std::string* head) {
  const bool is_not_modified = response.status == 200 && !response.etag.empty() &&
                               !request.request.if_none_match.empty() &&
                               ListsEtag(request.request.if_none_match, response.etag);
  head->clear();
  absl::StrAppend(head, StatusLine(is_not_modified ? 304 : response.status), "Server: sumlog\r\n",
                  date_line);
  if (!is_not_modified) {
    absl::StrAppend(head, "Content-Type: ", response.content_type,
                    "\r\nContent-Length: ", response.body.size(), "\r\n");
  }
  if (!response.cache_control.empty()) {
    absl::StrAppend(head, "Cache-Control: ", response.cache_control, "\r\n");
  }
  if (!response.etag.empty()) absl::StrAppend(head, "ETag: ", response.etag, "\r\n");
  if (response.status >= 400) absl::StrAppend(head, "X-Content-Type-Options: nosniff\r\n");
  if (response.status == 405) absl::StrAppend(head, "Allow: GET, HEAD\r\n");
  if (close) {
    absl::StrAppend(head, "Connection: close\r\n");
  } else if (request.is_http_1_0) {
    absl::StrAppend(head, "Connection: keep-alive\r\n");
  }
  absl::StrAppend(head, "\r\n");
  return !is_not_modified && !request.request.is_head;
}

Response RefusalResponse(const Refusal& refusal) {
  ErrorText text;
  text.what = std::string(refusal.what);
  switch (refusal.status) {
    case 405:
      text.why = "this server only answers questions; changes go another way";
      break;
    case 408:
      text.why = "the connection was needed for others";
      break;
    case 414:
    case 431:
      text.why = "no request of the checksum database protocol is that long";
      break;
    default:
      text.why = "servers and proxies could read such a request in different ways";
  }
  text.fix = "send a plain GET or HEAD over HTTP/1.1, without a body";
  return {.status = refusal.status,
          .content_type = kErrorContentType,
          .cache_control = "no-store",
          .body = FormatErrorBody(text)};
}

}  // namespace sumlog::http
