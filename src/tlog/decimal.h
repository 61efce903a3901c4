// Numbers as tree heads and tile paths write them: decimal digits, one spelling for each value.
//
// Pure; safe from any thread.

#ifndef SUMLOG_TLOG_DECIMAL_H_
#define SUMLOG_TLOG_DECIMAL_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace sumlog::tlog {

// `go` counts in int64: a larger size or index is none.
inline constexpr std::uint64_t kMaxTreeSize = 0x7fff'ffff'ffff'ffff;

// Digits only, no leading zero unless the number is 0, at most kMaxTreeSize. Otherwise nothing.
inline std::optional<std::uint64_t> ParseDecimal(absl::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMaxTreeSize - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_DECIMAL_H_
