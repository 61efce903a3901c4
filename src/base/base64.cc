#include "base/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace sumlog {
namespace {

constexpr absl::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNotInAlphabet = 0xff;

constexpr std::array<std::uint8_t, 256> MakeDecodingTable() {
  std::array<std::uint8_t, 256> table = {};
  for (std::uint8_t& value : table) value = kNotInAlphabet;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}
constexpr std::array<std::uint8_t, 256> kDecoding = MakeDecodingTable();

// The 24 bits of up to three bytes, left-aligned.
std::uint32_t Gather(absl::string_view bytes) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    bits <<= 8;
    if (i < bytes.size()) bits |= static_cast<unsigned char>(bytes[i]);
  }
  return bits;
}

}  // namespace

std::string Base64Encode(absl::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t begin = 0; begin < bytes.size(); begin += 3) {
    const absl::string_view group = bytes.substr(begin, 3);
    const std::uint32_t bits = Gather(group);
    text.push_back(kAlphabet[bits >> 18 & 63]);
    text.push_back(kAlphabet[bits >> 12 & 63]);
    text.push_back(group.size() > 1 ? kAlphabet[bits >> 6 & 63] : '=');
    text.push_back(group.size() > 2 ? kAlphabet[bits & 63] : '=');
  }
  return text;
}

bool Base64Decode(absl::string_view text, std::string* bytes) {
  bytes->clear();
  if (text.size() % 4 != 0) return false;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;

  std::string decoded(text.size() / 4 * 3, '\0');
  char* out = decoded.data();
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i >= text.size() - padding;
    const std::uint8_t value = is_padding ? 0 : kDecoding[static_cast<unsigned char>(text[i])];
    if (value == kNotInAlphabet) return false;
    bits = bits << 6 | value;
    if (i % 4 != 3) continue;
    for (const int shift : {16, 8, 0}) *out++ = static_cast<char>(bits >> shift & 0xff);
    bits = 0;
  }
  // The bits beyond the last byte must be zero, or several texts would decode to the same bytes.
  for (std::size_t i = 0; i < padding; ++i) {
    if (decoded.back() != '\0') return false;
    decoded.pop_back();
  }
  *bytes = std::move(decoded);
  return true;
}

}  // namespace sumlog
