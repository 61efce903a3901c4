#include "gosum/quote.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace sumlog::gosum {

std::string Quote(absl::string_view text) {
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string piece = absl::CHexEscape(text.substr(i, 1));
    const std::size_t size_bytes = quoted.size() - 1 + piece.size();
    if (size_bytes > kMaxQuotedSizeBytes) return absl::StrCat(quoted, "\"…");
    quoted += piece;
  }
  return absl::StrCat(quoted, "\"");
}

std::string QuoteByte(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  if (absl::ascii_isprint(code)) return absl::StrCat("'", absl::string_view(&byte, 1), "'");
  return absl::StrCat("byte 0x", absl::Hex(code, absl::kZeroPad2));
}

}  // namespace sumlog::gosum
