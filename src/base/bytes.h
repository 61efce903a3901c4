// Big-endian integers and hexadecimal text.
//
// Pure; safe from any thread.

#ifndef SUMLOG_BASE_BYTES_H_
#define SUMLOG_BASE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sumlog {

// Appends `value` as 8 (4) bytes, most significant first, so that the bytes sort like the numbers.
inline void AppendBigEndian64(std::string* out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}
inline void AppendBigEndian32(std::string* out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

// Reads the first 8 (4) bytes of `bytes`, which must be at least that long.
inline std::uint64_t ReadBigEndian64(absl::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}
inline std::uint32_t ReadBigEndian32(absl::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace sumlog

#endif  // SUMLOG_BASE_BYTES_H_
