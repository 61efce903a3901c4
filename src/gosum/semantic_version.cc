#include "gosum/semantic_version.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace sumlog::gosum {
namespace {

bool IsDigit(char c) { return '0' <= c && c <= '9'; }

bool IsIdentifierChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
}

bool HasLeadingZero(absl::string_view digits) { return digits.size() > 1 && digits[0] == '0'; }

bool IsNumeric(absl::string_view identifier) {
  for (const char c : identifier) {
    if (!IsDigit(c)) return false;
  }
  return true;
}

// Takes a number off the front of `rest`.
bool ConsumeNumber(absl::string_view* rest) {
  std::size_t size = 0;
  while (size < rest->size() && IsDigit((*rest)[size])) ++size;
  if (size == 0 || HasLeadingZero(rest->substr(0, size))) return false;
  rest->remove_prefix(size);
  return true;
}

enum class NumericIdentifiers { kWithoutLeadingZeros, kAny };

// Whether `list` is one or more identifiers with dots between them.
bool IsIdentifierList(absl::string_view list, NumericIdentifiers numeric) {
  while (true) {
    std::size_t size = 0;
    while (size < list.size() && IsIdentifierChar(list[size])) ++size;
    const absl::string_view identifier = list.substr(0, size);
    if (identifier.empty()) return false;
    if (numeric == NumericIdentifiers::kWithoutLeadingZeros && HasLeadingZero(identifier) &&
        IsNumeric(identifier)) {
      return false;
    }
    list.remove_prefix(size);
    if (list.empty()) return true;
    if (!absl::ConsumePrefix(&list, ".")) return false;
  }
}

}  // namespace

std::optional<SemanticVersion> ParseSemanticVersion(absl::string_view text) {
  SemanticVersion version;
  absl::string_view rest = text;
  if (!absl::ConsumePrefix(&rest, "v") || !ConsumeNumber(&rest)) return std::nullopt;
  version.major = text.substr(0, text.size() - rest.size());

  // Minor and patch. Only a version with all three numbers may go on after them.
  for (int numbers = 0; numbers < 2; ++numbers) {
    if (rest.empty()) {
      version.is_short = true;
      return version;
    }
    if (!absl::ConsumePrefix(&rest, ".") || !ConsumeNumber(&rest)) return std::nullopt;
  }

  if (absl::StartsWith(rest, "-")) {
    version.prerelease = rest.substr(0, rest.find('+'));
    rest.remove_prefix(version.prerelease.size());
    if (!IsIdentifierList(version.prerelease.substr(1), NumericIdentifiers::kWithoutLeadingZeros)) {
      return std::nullopt;
    }
  }
  if (absl::StartsWith(rest, "+")) {
    version.build = rest;
    rest = absl::string_view();
    if (!IsIdentifierList(version.build.substr(1), NumericIdentifiers::kAny)) return std::nullopt;
  }
  if (!rest.empty()) return std::nullopt;
  return version;
}

}  // namespace sumlog::gosum
