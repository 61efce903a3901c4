#include "client/server_text.h"

#include "base/utf8.h"

namespace sumlog::client {
namespace {

bool IsInRange(char32_t code_point, char32_t first, char32_t last) {
  return first <= code_point && code_point <= last;
}

// Control characters of both blocks, and the marks that turn the writing direction, with which a
// server could make a terminal show other words than it sent.
bool IsHarmless(char32_t code_point) {
  if (code_point < 0x20 || IsInRange(code_point, 0x7F, 0x9F)) return false;
  if (IsInRange(code_point, 0x200E, 0x200F) || IsInRange(code_point, 0x2028, 0x202E)) return false;
  return !IsInRange(code_point, 0x2066, 0x2069) && code_point != 0x061C;
}

}  // namespace

std::string CleanServerText(absl::string_view body) {
  std::string text;
  std::size_t lines = 1;
  while (!body.empty()) {
    const Utf8Rune rune = DecodeUtf8(body);
    const std::size_t size = rune.size_bytes == 0 ? 1 : rune.size_bytes;
    const absl::string_view bytes = body.substr(0, size);
    body.remove_prefix(size);

    if (bytes == "\r" && !body.empty() && body.front() == '\n') continue;
    if (bytes == "\n" && ++lines > kMaxServerTextLines) break;
    if (text.size() + size > kMaxServerTextBytes) break;
    if (bytes == "\n" || bytes == "\t" || (rune.size_bytes > 0 && IsHarmless(rune.code_point))) {
      text.append(bytes.data(), bytes.size());
    } else {
      text.push_back('?');
    }
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\t')) {
    text.pop_back();
  }
  return text;
}

}  // namespace sumlog::client
