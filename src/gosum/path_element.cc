#include "gosum/path_element.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "gosum/quote.h"
#include "gosum/unicode.h"

namespace sumlog::gosum {
namespace {

bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

bool IsAscii(char c) { return absl::ascii_isascii(static_cast<unsigned char>(c)); }

bool IsModulePathChar(char c) {
  return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool IsFileNameChar(char c) {
  constexpr absl::string_view kPunctuation = "!#$%&()+,-.=@[]^_{}~ ";
  return IsAlphanumeric(c) || absl::StrContains(kPunctuation, c);
}

// CON, PRN, AUX, NUL, COM1 to COM9, LPT1 to LPT9, in any case.
bool IsReservedOnWindows(absl::string_view name) {
  if (name.size() == 3) {
    return absl::EqualsIgnoreCase(name, "con") || absl::EqualsIgnoreCase(name, "prn") ||
           absl::EqualsIgnoreCase(name, "aux") || absl::EqualsIgnoreCase(name, "nul");
  }
  if (name.size() == 4 && '1' <= name[3] && name[3] <= '9') {
    return absl::StartsWithIgnoreCase(name, "com") || absl::StartsWithIgnoreCase(name, "lpt");
  }
  return false;
}

// "progra~1": a tilde, then digits to the end.
bool LooksLikeWindowsShortName(absl::string_view name) {
  const std::size_t tilde = name.rfind('~');
  if (tilde == absl::string_view::npos || tilde + 1 == name.size()) return false;
  const absl::string_view suffix = name.substr(tilde + 1);
  return std::all_of(suffix.begin(), suffix.end(), [](char c) { return '0' <= c && c <= '9'; });
}

absl::string_view UpToFirstDot(absl::string_view element) {
  return element.substr(0, element.find('.'));
}

template <typename IsAllowed>
absl::Status CheckElement(absl::string_view element, IsAllowed is_allowed) {
  if (element.empty()) return absl::InvalidArgumentError("is empty");
  if (element.back() == '.') return absl::InvalidArgumentError("ends with a dot");
  for (const char c : element) {
    if (!is_allowed(c)) {
      return absl::InvalidArgumentError(absl::StrCat("contains ", QuoteByte(c)));
    }
  }
  const absl::string_view name = UpToFirstDot(element);
  if (IsReservedOnWindows(name)) {
    return absl::InvalidArgumentError(absl::StrCat("is ", Quote(name), ", reserved on Windows"));
  }
  return absl::OkStatus();
}

// What is not ASCII must be valid UTF-8, and letters.
absl::Status CheckForeignLetters(absl::string_view element) {
  while (!element.empty()) {
    const Utf8Rune rune = DecodeUtf8(element);
    if (rune.size_bytes == 0) return absl::InvalidArgumentError("is not valid UTF-8");
    if (rune.code_point >= 0x80 && !IsLetter(rune.code_point)) {
      const absl::Hex code_point(static_cast<std::uint32_t>(rune.code_point), absl::kZeroPad4);
      return absl::InvalidArgumentError(absl::StrCat("contains U+", code_point, ", not a letter"));
    }
    element.remove_prefix(rune.size_bytes);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckModulePathElement(absl::string_view element) {
  RETURN_IF_ERROR(CheckElement(element, IsModulePathChar));
  if (element.front() == '.') return absl::InvalidArgumentError("begins with a dot");
  if (LooksLikeWindowsShortName(UpToFirstDot(element))) {
    return absl::InvalidArgumentError("looks like a Windows short name ('~' and digits)");
  }
  return absl::OkStatus();
}

absl::Status CheckFileNameElement(absl::string_view element) {
  return CheckElement(element, IsFileNameChar);
}

absl::Status CheckUnicodeFileNameElement(absl::string_view element) {
  RETURN_IF_ERROR(CheckElement(element, [](char c) { return IsFileNameChar(c) || !IsAscii(c); }));
  return CheckForeignLetters(element);
}

}  // namespace sumlog::gosum
