#include "cli/number_flag.h"

#include <CLI/CLI.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sumlog::cli {

absl::StatusOr<std::uint64_t> ParseNumber(absl::string_view text) {
  std::uint64_t number = 0;
  // Written again it must be the same text: no sign, no white space, no leading zero, no base.
  if (absl::SimpleAtoi(text, &number) && absl::StrCat(number) == text) return number;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is no number, want decimal digits such as 0 or 12"));
}

CLI::Option* AddNumberFlag(CLI::App& verb, const std::string& name,
                           std::optional<std::uint64_t>& value, const std::string& description) {
  const auto take = [name, &value](const std::string& text) {
    const absl::StatusOr<std::uint64_t> number = ParseNumber(text);
    // Thrown through CLI11's parser alone, which is made for it; RunProgram catches it.
    if (!number.ok()) {
      throw CLI::ValidationError(absl::StrCat(name, ": ", number.status().message()));
    }
    value = *number;
  };
  return verb.add_option_function<std::string>(name, take, description);
}

}  // namespace sumlog::cli
