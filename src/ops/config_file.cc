#include "ops/config_file.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <limits>
#include <sstream>
#include <toml.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"

namespace sumlog::ops {
namespace {

// toml11 parses by recursion and overflows the stack at a depth of about a thousand, less under
// AddressSanitizer. No key of ours nests at all, so a file with more brackets than its sections
// need, or a line with more dots than any name, is refused before it sees one.
constexpr std::ptrdiff_t kMaxBracketsInFile = 256;
constexpr std::ptrdiff_t kMaxDotsInLine = 100;

absl::Status CheckNesting(absl::string_view content, absl::string_view path) {
  const auto is_bracket = [](char c) { return c == '[' || c == '{'; };
  if (std::count_if(content.begin(), content.end(), is_bracket) > kMaxBracketsInFile) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": more than ", kMaxBracketsInFile, " brackets"));
  }
  std::size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    if (std::count(line.begin(), line.end(), '.') > kMaxDotsInLine) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number, ": more than ", kMaxDotsInLine, " dots"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<toml::value> ParseToml(absl::string_view content, absl::string_view path) {
  std::istringstream in{std::string(content)};
  try {
    return toml::parse(in, std::string(path));
  } catch (const toml::exception& e) {
    // The library's own text is a drawing over several lines; its first line says what is wrong.
    const std::string what = e.what();
    const std::string first = what.substr(0, what.find('\n'));
    return absl::InvalidArgumentError(
        absl::StrCat(path, ":", e.location().line(), ": not TOML: ", first));
  } catch (const std::exception& e) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": not TOML: ", e.what()));
  }
}

// The library takes an integer that does not fit for the nearest that does: then it is the text in
// the file that is to be judged, and named.
std::string IntegerText(const toml::value& value) {
  const std::int64_t number = value.as_integer();
  using Limits = std::numeric_limits<std::int64_t>;
  if (number != Limits::max() && number != Limits::min()) return absl::StrCat(number);
  const toml::source_location where = value.location();
  return where.line_str().substr(where.column() - 1, where.region());
}

absl::StatusOr<std::string> ValueText(const toml::value& value) {
  if (value.is_string()) return value.as_string().str;
  if (value.is_integer()) return IntegerText(value);
  return absl::InvalidArgumentError("want text in quotes or an integer");
}

}  // namespace

absl::StatusOr<std::vector<ConfigEntry>> ParseConfigFile(absl::string_view content,
                                                         absl::string_view path) {
  if (content.size() > kMaxConfigBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", content.size(), " bytes, at most ", kMaxConfigBytes, " are read"));
  }
  RETURN_IF_ERROR(CheckNesting(content, path));
  ASSIGN_OR_RETURN(const toml::value root, ParseToml(content, path));

  std::vector<ConfigEntry> entries;
  for (const auto& [section, table] : root.as_table()) {
    if (!table.is_table()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", table.location().line(), ": ",
                                                     section, " stands outside any section"));
    }
    for (const auto& [key, value] : table.as_table()) {
      const std::string name = absl::StrCat(section, ".", key);
      const absl::StatusOr<std::string> text = ValueText(value);
      if (!text.ok()) {
        return absl::InvalidArgumentError(absl::StrCat(path, ":", value.location().line(), ": ",
                                                       name, ": ", text.status().message()));
      }
      entries.push_back({.name = name, .value = *text, .line = value.location().line()});
    }
  }
  // The library's tables are unordered; errors should name the first wrong line.
  std::sort(entries.begin(), entries.end(),
            [](const ConfigEntry& a, const ConfigEntry& b) { return a.line < b.line; });
  return entries;
}

}  // namespace sumlog::ops
