#include "cli/printable.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/utf8.h"

namespace sumlog::cli {

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

std::string ShellWord(absl::string_view text) {
  const auto is_plain = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_-+=:,./@%", c);
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string FormatCount(std::uint64_t count) {
  std::string digits = absl::StrCat(count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string FormatHashCount(std::size_t count) {
  return absl::StrCat(count, count == 1 ? " hash" : " hashes");
}

std::string FormatBytes(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

}  // namespace sumlog::cli
