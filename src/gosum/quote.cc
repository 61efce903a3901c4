#include "gosum/quote.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace sumlog::gosum {

std::string Quote(absl::string_view text) {
  const bool is_cut = text.size() > kMaxQuotedSizeBytes;
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kMaxQuotedSizeBytes)),
                      is_cut ? "\"…" : "\"");
}

std::string QuoteByte(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  if (absl::ascii_isprint(code)) return absl::StrCat("'", absl::string_view(&byte, 1), "'");
  return absl::StrCat("byte 0x", absl::Hex(code, absl::kZeroPad2));
}

}  // namespace sumlog::gosum
