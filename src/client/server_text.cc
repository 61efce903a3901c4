#include "client/server_text.h"

#include "base/utf8.h"

namespace sumlog::client {

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
    if (bytes == "\n" || bytes == "\t" || (rune.size_bytes > 0 && IsShowable(rune.code_point))) {
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
