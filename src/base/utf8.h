// Text rules, exactly as Go's unicode packages have them: what `go` refuses, we refuse. And one of
// our own: what a terminal may be shown.
//
// Pure; safe from any thread. Spec: unicode/utf8.Valid and unicode.IsSpace of Go; for IsShowable,
// the categories Cc, Zl, Zp and the unseen ones of Cf of Unicode 15.

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

// Whether text may show the code point to a person as it is. Not: control characters of both blocks
// (newline and tab too), what turns the writing direction, what breaks a line, other characters
// that steer the text and are not seen (zero width, tags, annotation), and noncharacters.
bool IsShowable(char32_t code_point);

// White space as Unicode defines it (property White_Space, all of it in the Basic Plane).
bool IsUnicodeSpace(char32_t code_point);

}  // namespace sumlog

#endif  // SUMLOG_BASE_UTF8_H_
