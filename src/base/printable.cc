#include "base/printable.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/utf8.h"

namespace sumlog {

std::string Printable(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Rune rune = DecodeUtf8(text);
    const std::size_t size_bytes = std::max<std::size_t>(rune.size_bytes, 1);
    const absl::string_view bytes = text.substr(0, size_bytes);
    if (rune.size_bytes > 0 && IsShowable(rune.code_point)) {
      absl::StrAppend(&out, bytes);
    } else {
      for (const char c : bytes)
        absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(c));
    }
    text.remove_prefix(size_bytes);
  }
  return out;
}

}  // namespace sumlog
