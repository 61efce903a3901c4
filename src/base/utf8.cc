#include "base/utf8.h"

namespace sumlog {
namespace {

// How a sequence begins: its length, the payload bits of its first byte, and the least code point
// that needs that length.
struct Lead {
  std::size_t size_bytes;
  char32_t payload;
  char32_t least;
};

Lead DecodeLead(unsigned char byte) {
  if (byte < 0x80) return {.size_bytes = 1, .payload = byte, .least = 0};
  if ((byte & 0xe0u) == 0xc0u) return {.size_bytes = 2, .payload = byte & 0x1fu, .least = 0x80};
  if ((byte & 0xf0u) == 0xe0u) return {.size_bytes = 3, .payload = byte & 0x0fu, .least = 0x800};
  if ((byte & 0xf8u) == 0xf0u) return {.size_bytes = 4, .payload = byte & 0x07u, .least = 0x10000};
  return {.size_bytes = 0, .payload = 0, .least = 0};
}

struct Range {
  char32_t first;
  char32_t last;
};

// What IsShowable refuses, besides the last two code points of each plane.
constexpr Range kNotShowable[] = {
    {0x00, 0x1f},        // C0
    {0x7f, 0x9f},        // DEL and C1
    {0xad, 0xad},        // soft hyphen
    {0x61c, 0x61c},      // Arabic letter mark: writing direction
    {0x180e, 0x180e},    // Mongolian vowel separator
    {0x200b, 0x200f},    // zero width, joiners, marks of the writing direction
    {0x2028, 0x202e},    // line and paragraph separator; embeddings and overrides of direction
    {0x2060, 0x206f},    // invisible operators, isolates of direction
    {0xfdd0, 0xfdef},    // noncharacters
    {0xfeff, 0xfeff},    // byte order mark
    {0xfff9, 0xfffb},    // interlinear annotation
    {0x1bca0, 0x1bca3},  // shorthand controls
    {0x1d173, 0x1d17a},  // musical controls
    {0xe0000, 0xe007f},  // tags
};

}  // namespace

Utf8Rune DecodeUtf8(absl::string_view text) {
  if (text.empty()) return {};
  const Lead lead = DecodeLead(static_cast<unsigned char>(text[0]));
  if (lead.size_bytes == 0 || text.size() < lead.size_bytes) return {};
  char32_t code_point = lead.payload;
  for (std::size_t i = 1; i < lead.size_bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0u) != 0x80u) return {};
    code_point = code_point << 6 | (byte & 0x3fu);
  }
  const bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < lead.least || code_point > 0x10ffff || is_surrogate) return {};
  return {.code_point = code_point, .size_bytes = lead.size_bytes};
}

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const Utf8Rune rune = DecodeUtf8(text);
    if (rune.size_bytes == 0) return false;
    text.remove_prefix(rune.size_bytes);
  }
  return true;
}

bool IsShowable(char32_t code_point) {
  if ((code_point & 0xfffe) == 0xfffe) return false;
  for (const Range& range : kNotShowable) {
    if (code_point <= range.last) return code_point < range.first;
  }
  return true;
}

bool IsUnicodeSpace(char32_t code_point) {
  if (code_point >= 0x09 && code_point <= 0x0d) return true;
  if (code_point >= 0x2000 && code_point <= 0x200a) return true;
  switch (code_point) {
    case 0x20:
    case 0x85:
    case 0xa0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
      return true;
    default:
      return false;
  }
}

}  // namespace sumlog
