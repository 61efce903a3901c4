#include "cli/usage.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/version.h"

namespace sumlog::cli {
namespace {

using Row = std::pair<std::string, std::string>;  // name, what it is

constexpr absl::string_view kGlobalFlags =
    "global flags: --dir D  --config F  --json  --quiet  --no-color  -h, --help\n";

constexpr absl::string_view kExitCodes =
    "exit codes: 0 good · 1 found wrong, or refused · 2 wrong use or configuration\n"
    "            3 could not reach, read or lock · 4 contradiction in signed bytes\n";

constexpr std::size_t kScreenColumns = 80;

// A longer name has its line for itself, and does not push the others' texts to the right.
constexpr std::size_t kMaxNameColumns = 26;

// `words` in lines of at most kScreenColumns, of which the first goes on at column `indent` and the
// others begin there.
void AppendWrapped(std::string* text, absl::string_view words, std::size_t indent) {
  std::size_t column = indent;
  for (const absl::string_view word : absl::StrSplit(words, ' ', absl::SkipEmpty())) {
    if (column > indent && column + 1 + word.size() > kScreenColumns) {
      absl::StrAppend(text, "\n", std::string(indent, ' '));
      column = indent;
    }
    absl::StrAppend(text, column > indent ? " " : "", word);
    column += word.size() + (column > indent ? 1 : 0);
  }
  absl::StrAppend(text, "\n");
}

void AppendRows(std::string* text, const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const Row& row : rows) {
    if (row.first.size() <= kMaxNameColumns) width = std::max(width, row.first.size());
  }
  const std::size_t indent = 2 + width + 2;
  for (const auto& [name, what] : rows) {
    absl::StrAppend(text, "  ", name);
    if (name.size() <= width) {
      absl::StrAppend(text, std::string(width - name.size() + 2, ' '));
    } else {
      absl::StrAppend(text, "\n", std::string(indent, ' '));
    }
    AppendWrapped(text, what, indent);
  }
}

// Prose is wrapped; a line that is to be typed stays whole.
void AppendFooter(std::string* text, const std::string& footer) {
  for (const absl::string_view line : absl::StrSplit(footer, '\n', absl::SkipEmpty())) {
    if (absl::StartsWith(line, "example: ")) {
      absl::StrAppend(text, line, "\n");
    } else {
      AppendWrapped(text, line, 0);
    }
  }
}

// Verbs that belong together (those of one group, which is named after what they do) share a row.
std::vector<Row> SubcommandRows(const CLI::App& app) {
  const std::string no_group = CLI::App().get_group();
  std::vector<Row> rows;
  std::string last_group = no_group;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string group = verb->get_group();
    if (group == no_group) {
      rows.emplace_back(verb->get_name(), verb->get_description());
    } else if (group == last_group) {
      absl::StrAppend(&rows.back().first, ", ", verb->get_name());
    } else {
      rows.emplace_back(verb->get_name(), group);
    }
    last_group = group;
  }
  return rows;
}

// "--server, --url URL".
std::string FlagName(const CLI::Option& option) {
  std::string name;
  for (const std::string& letter : option.get_snames()) {
    absl::StrAppend(&name, name.empty() ? "" : ", ", "-", letter);
  }
  for (const std::string& word : option.get_lnames()) {
    absl::StrAppend(&name, name.empty() ? "" : ", ", "--", word);
  }
  if (option.get_items_expected_max() > 0) absl::StrAppend(&name, " ", option.get_type_name());
  return name;
}

// "FILE..." or "[FILE...]".
std::string PositionalName(const CLI::Option& option) {
  const std::string name = absl::StrCat(option.get_name(/*positional=*/true),
                                        option.get_items_expected_max() > 1 ? "..." : "");
  return option.get_required() ? name : absl::StrCat("[", name, "]");
}

std::string ProgramUsage(const CLI::App& app) {
  std::string text =
      absl::StrCat("sumlog ", Version(), ": ", app.get_description(),
                   "\n\nusage: sumlog VERB [flags]    (sumlog VERB --help says more)\n");
  AppendRows(&text, SubcommandRows(app));
  absl::StrAppend(&text, kGlobalFlags, "              --version\n", kExitCodes);
  AppendFooter(&text, app.get_footer());
  return text;
}

std::string VerbUsage(const CLI::App& app, absl::string_view name) {
  std::string usage = absl::StrCat("usage: ", name);
  std::vector<Row> rows = SubcommandRows(app);
  if (!rows.empty()) absl::StrAppend(&usage, " NOUN");
  std::vector<Row> flags;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      absl::StrAppend(&usage, " ", PositionalName(*option));
      rows.emplace_back(PositionalName(*option), option->get_description());
    } else if (option != app.get_help_ptr()) {
      flags.emplace_back(FlagName(*option), option->get_description());
    }
  }
  if (!flags.empty()) absl::StrAppend(&usage, " [flags]");
  rows.insert(rows.end(), flags.begin(), flags.end());

  std::string text = absl::StrCat(name, ": ", app.get_description(), "\n\n", usage, "\n");
  AppendRows(&text, rows);
  absl::StrAppend(&text, kGlobalFlags);
  AppendFooter(&text, app.get_footer());
  return text;
}

class UsageFormatter final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const override {
    return app->get_parent() == nullptr ? ProgramUsage(*app) : VerbUsage(*app, name);
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> NewUsageFormatter() {
  return std::make_shared<UsageFormatter>();
}

}  // namespace sumlog::cli
