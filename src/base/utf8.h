// Text rules, exactly as Go's unicode packages have them: what `go` refuses, we refuse.
//
// Pure; safe from any thread. Spec: unicode/utf8.Valid and unicode.IsSpace of Go.

#ifndef SUMLOG_BASE_UTF8_H_
#define SUMLOG_BASE_UTF8_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace sumlog {

// One Unicode code point at the front of a text.
struct Utf8Rune {
  char32_t code_point = 0;
  std::size_t size_bytes =
      0;  // 1 to 4; 0 when the text is empty or does not begin with valid UTF-8
};

// Decodes the first code point. Shortest form only; no surrogates; nothing above U+10FFFF.
Utf8Rune DecodeUtf8(absl::string_view text);

// Whether the whole text is valid UTF-8. The empty text is.
bool IsValidUtf8(absl::string_view text);

// White space as Unicode defines it (property White_Space, all of it in the Basic Plane).
bool IsUnicodeSpace(char32_t code_point);

}  // namespace sumlog

#endif  // SUMLOG_BASE_UTF8_H_
