#include "cli/parse_error.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sumlog::cli {
namespace {

// "--server (or --url)": all names of one flag, as any of them may have been typed.
std::string NamesOf(const CLI::Option& option) {
  const std::vector<std::string>& names = option.get_lnames();
  if (names.empty()) return option.get_name(/*positional=*/true);
  std::string text = absl::StrCat("--", names.front());
  for (std::size_t i = 1; i < names.size(); ++i) absl::StrAppend(&text, " (or --", names[i], ")");
  return text;
}

// The flag with more values than it takes; null when there is none.
const CLI::Option* FlagGivenTooOften(const CLI::App& verb) {
  for (const CLI::App* app = &verb; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      const int most = option->get_items_expected_max();
      if (most > 0 && option->count() > static_cast<std::size_t>(most)) return option;
    }
  }
  return nullptr;
}

}  // namespace

std::string FlagWithoutValue(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (argument == "--") break;
    if (!absl::StartsWith(argument, "--") || !absl::ConsumeSuffix(&argument, "=")) continue;
    if (!absl::StrContains(argument, "=")) return std::string(argument);
  }
  return "";
}

std::string DescribeParseError(const CLI::App& verb, const CLI::ParseError& error) {
  if (const CLI::Option* const option = FlagGivenTooOften(verb); option != nullptr) {
    return absl::StrCat(NamesOf(*option), " is given ", option->count(), " times, want once");
  }
  return error.what();
}

}  // namespace sumlog::cli
