#include "gosum/major_suffix.h"

#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gosum/quote.h"

namespace sumlog::gosum {
namespace {

constexpr absl::string_view kUnstable = "-unstable";

bool IsDigit(char c) { return '0' <= c && c <= '9'; }

// gopkg.in/yaml.v2 and gopkg.in/yaml.v2-unstable: a suffix is a must, and it begins at v0.
absl::StatusOr<absl::string_view> GopkgSuffix(absl::string_view path) {
  std::size_t digits = absl::StripSuffix(path, kUnstable).size();
  while (digits > 0 && IsDigit(path[digits - 1])) --digits;
  if (digits < 2 || path.substr(digits - 2, 2) != ".v") {
    return absl::InvalidArgumentError("does not end in \".vN\", as every path on gopkg.in must");
  }
  const absl::string_view suffix = path.substr(digits - 2);
  // ".v-unstable" has no digits and gets through, as in x/mod; no version will ever fit it.
  if (suffix == ".v") return absl::InvalidArgumentError("ends in \".v\" without a number");
  if (suffix[2] == '0' && suffix != ".v0") {
    return absl::InvalidArgumentError(
        absl::StrCat("ends in ", Quote(suffix), ", a major version with a leading zero"));
  }
  return suffix;
}

}  // namespace

absl::StatusOr<absl::string_view> MajorSuffix(absl::string_view path) {
  if (absl::StartsWith(path, "gopkg.in/")) return GopkgSuffix(path);

  std::size_t number = path.size();
  while (number > 0 && (IsDigit(path[number - 1]) || path[number - 1] == '.')) --number;
  const bool is_versioned =
      number >= 2 && number < path.size() && path.substr(number - 2, 2) == "/v";
  if (!is_versioned) return absl::string_view();

  const absl::string_view suffix = path.substr(number - 2);
  if (absl::StrContains(suffix, '.')) {
    return absl::InvalidArgumentError(
        absl::StrCat("ends in ", Quote(suffix), "; want the major version alone"));
  }
  if (suffix[2] == '0' || suffix == "/v1") {
    return absl::InvalidArgumentError(
        absl::StrCat("ends in ", Quote(suffix), "; want \"/v2\" or above, or nothing"));
  }
  return suffix;
}

absl::Status CheckMajor(absl::string_view suffix, const SemanticVersion& version,
                        absl::string_view text) {
  if (absl::StartsWith(suffix, ".v")) suffix = absl::StripSuffix(suffix, kUnstable);
  // Early tools gave gopkg.in/….v1 pseudo-versions that begin with v0.0.0, and they are in use.
  if (suffix == ".v1" && absl::StartsWith(text, "v0.0.0-")) return absl::OkStatus();

  if (suffix.empty()) {
    if (version.major == "v0" || version.major == "v1" || version.build == "+incompatible") {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("version ", Quote(text), " has major version ", version.major,
                     ", want v0 or v1 (or \"+incompatible\" at the end) for a path without \"/",
                     version.major, "\""));
  }
  const absl::string_view want = suffix.substr(1);  // after the slash or the dot
  if (version.major == want) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("version ", Quote(text), " has major version ",
                                                 version.major, ", want ", want,
                                                 " for a path that ends in ", Quote(suffix)));
}

}  // namespace sumlog::gosum
