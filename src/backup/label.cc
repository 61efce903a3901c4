#include "backup/label.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sumlog::backup {
namespace {

constexpr std::size_t kMaxLabelBytes = 64;

bool IsLabelCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

}  // namespace

absl::Status CheckLabel(absl::string_view label) {
  const auto wrong = [label](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a backup cannot be labelled \"", absl::CHexEscape(label.substr(0, 80)), "\": ", why,
        "\nfix: 1 to 64 letters, digits, \"-\", \"_\" and \".\", such as ", "2026-11-21"));
  };
  if (label.empty()) return wrong("it is empty");
  if (label.size() > kMaxLabelBytes) {
    return wrong(absl::StrCat("it has ", label.size(), " bytes"));
  }
  if (label.front() == '.') return wrong("it begins with a dot");
  if (label.front() == '-') return wrong("it begins with a dash, as flags of commands do");
  for (const char c : label) {
    if (!IsLabelCharacter(c)) return wrong("it has other characters");
  }
  if (absl::EndsWith(label, kPartialSuffix)) {
    return wrong("names that end so are of backups under way");
  }
  return absl::OkStatus();
}

}  // namespace sumlog::backup
