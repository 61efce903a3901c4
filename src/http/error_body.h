// The bodies of answers that are not 200: what, why, fix, contact.
//
// `go` shows a developer at most 8 lines and 648 bytes of a text/plain body, and cuts it at the
// first blank line. So every body here is at most one line for each part, within that size,
// whatever a client asked for.
//
// Pure; safe from any thread. Spec: cmd/go/internal/web (api.go) of Go 1.26.

#ifndef SUMLOG_HTTP_ERROR_BODY_H_
#define SUMLOG_HTTP_ERROR_BODY_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sumlog::http {

inline constexpr std::size_t kMaxErrorBodyBytes = 648;
inline constexpr char kErrorContentType[] = "text/plain; charset=utf-8";

// Parts that are empty have no line. Each is cut in the middle when it is too long, and whatever
// could break a line or deceive who reads a terminal (IsShowable of base/utf8.h; bytes that are not
// UTF-8) becomes '?'.
struct ErrorText {
  std::string what = {};     // at most 250 bytes are kept
  std::string why = {};      // 160
  std::string fix = {};      // 120
  std::string contact = {};  // 80
};

// One line for each part, at most kMaxErrorBodyBytes in all.
std::string FormatErrorBody(const ErrorText& text);

// `text` itself, or its beginning and its end around "..." in at most `max_bytes` (10 or more)
// bytes. Never cuts through a UTF-8 character of valid text.
std::string ShortenMiddle(absl::string_view text, std::size_t max_bytes);

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_ERROR_BODY_H_
