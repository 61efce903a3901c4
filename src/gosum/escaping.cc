// The escaped forms of module_path.h, for URLs and for file systems that ignore case.

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "gosum/path_element.h"
#include "gosum/quote.h"
#include "sumlog/gosum/module_path.h"

namespace sumlog::gosum {
namespace {

// Twice the bound of the plain form: every letter may have its '!'.
constexpr std::size_t kMaxEscapedPathSizeBytes = 2 * kMaxPathSizeBytes;
constexpr std::size_t kMaxEscapedVersionSizeBytes = 2 * kMaxVersionSizeBytes;

bool IsUpper(char c) { return absl::ascii_isupper(static_cast<unsigned char>(c)); }
bool IsLower(char c) { return absl::ascii_islower(static_cast<unsigned char>(c)); }

// `text` is ASCII without '!'.
std::string Escape(absl::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + 8);
  for (const char c : text) {
    if (IsUpper(c)) escaped.push_back('!');
    escaped.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return escaped;
}

// kInvalidArgument with a reason that reads on after the escaped text.
absl::StatusOr<std::string> Unescape(absl::string_view escaped) {
  std::string text;
  text.reserve(escaped.size());
  bool after_bang = false;
  for (const char c : escaped) {
    if (after_bang && !IsLower(c)) {
      return absl::InvalidArgumentError(
          absl::StrCat("has ", QuoteByte(c), " after '!', want a lower-case letter"));
    }
    if (IsUpper(c)) {
      return absl::InvalidArgumentError(
          absl::StrCat("has an upper-case ", QuoteByte(c), ", want '!' and the lower-case letter"));
    }
    const bool is_bang = c == '!';
    if (!is_bang) {
      text.push_back(after_bang ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c);
    }
    after_bang = is_bang;
  }
  if (after_bang) return absl::InvalidArgumentError("ends with '!', want a lower-case letter");
  return text;
}

absl::Status CheckVersionElement(absl::string_view version) {
  if (version.size() > kMaxVersionSizeBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", version.size(), " bytes, want at most ", kMaxVersionSizeBytes));
  }
  return CheckFileNameElement(version);
}

absl::Status Malformed(absl::string_view what, absl::string_view text, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat(what, " ", Quote(text), " ", reason));
}

absl::Status CheckEscapedSize(absl::string_view what, absl::string_view escaped,
                              std::size_t max_size_bytes) {
  if (escaped.size() <= max_size_bytes) return absl::OkStatus();
  return Malformed(what, escaped,
                   absl::StrCat("has ", escaped.size(), " bytes, want at most ", max_size_bytes));
}

}  // namespace

absl::StatusOr<std::string> EscapePath(absl::string_view path) {
  RETURN_IF_ERROR(CheckModulePath(path));
  return Escape(path);
}

absl::StatusOr<std::string> EscapeVersion(absl::string_view version) {
  if (const absl::Status status = CheckVersionElement(version); !status.ok()) {
    return Malformed("version", version, status.message());
  }
  if (absl::StrContains(version, '!')) return Malformed("version", version, "contains '!'");
  return Escape(version);
}

absl::StatusOr<std::string> UnescapePath(absl::string_view escaped) {
  constexpr absl::string_view kWhat = "escaped module path";
  RETURN_IF_ERROR(CheckEscapedSize(kWhat, escaped, kMaxEscapedPathSizeBytes));
  absl::StatusOr<std::string> path = Unescape(escaped);
  if (!path.ok()) return Malformed(kWhat, escaped, path.status().message());
  RETURN_IF_ERROR(CheckModulePath(*path));
  return path;
}

absl::StatusOr<std::string> UnescapeVersion(absl::string_view escaped) {
  constexpr absl::string_view kWhat = "escaped version";
  RETURN_IF_ERROR(CheckEscapedSize(kWhat, escaped, kMaxEscapedVersionSizeBytes));
  absl::StatusOr<std::string> version = Unescape(escaped);
  if (!version.ok()) return Malformed(kWhat, escaped, version.status().message());
  if (const absl::Status status = CheckVersionElement(*version); !status.ok()) {
    return Malformed("version", *version, status.message());
  }
  return version;
}

}  // namespace sumlog::gosum
