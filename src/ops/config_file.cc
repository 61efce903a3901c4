#include "ops/config_file.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <limits>
#include <sstream>
#include <toml.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"

namespace sumlog::ops {
namespace {

// toml11 parses by recursion and overflows the stack at a depth of about a thousand, less under
// AddressSanitizer. No key of ours nests at all, so a file with more brackets than its sections
// need, or a line with more dots than any name, is refused before it sees one.
// Names of sections and tables close what they open, and do not count.
constexpr std::ptrdiff_t kMaxBracketsInFile = 256;
constexpr std::ptrdiff_t kMaxDotsInLine = 100;

// "[listen]" or "[[client_cert]]", alone on its line.
bool IsHeader(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (!absl::ConsumePrefix(&line, "[") || !absl::ConsumeSuffix(&line, "]")) return false;
  if (absl::ConsumePrefix(&line, "[") != absl::ConsumeSuffix(&line, "]")) return false;
  return std::all_of(line.begin(), line.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
  });
}

absl::Status CheckNesting(absl::string_view content, absl::string_view path) {
  const auto is_bracket = [](char c) { return c == '[' || c == '{'; };
  std::ptrdiff_t brackets = 0;
  std::size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    if (!IsHeader(line)) brackets += std::count_if(line.begin(), line.end(), is_bracket);
    if (brackets > kMaxBracketsInFile) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": more than ", kMaxBracketsInFile, " brackets"));
    }
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

// The one key of a section that may have a list.
constexpr absl::string_view kPatternsKey = "policy.private";

// What gathers entries: of one file, where its messages begin.
class EntryReader {
 public:
  explicit EntryReader(absl::string_view path) : path_(path) {}

  absl::Status ReadSection(absl::string_view section, const toml::value& table) {
    return ReadKeys(section, table, /*table_line=*/0);
  }

  absl::Status ReadTables(absl::string_view name, const toml::value& tables) {
    for (const toml::value& table : tables.as_array()) {
      if (table.as_table().empty()) return Wrong(table, absl::StrCat("[[", name, "]] has no keys"));
      RETURN_IF_ERROR(ReadKeys(name, table, table.location().line()));
    }
    return absl::OkStatus();
  }

  absl::Status Wrong(const toml::value& where, absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ":", where.location().line(), ": ", what));
  }

  std::vector<ConfigEntry> Take() {
    // The library's tables are unordered; errors should name the first wrong line.
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const ConfigEntry& a, const ConfigEntry& b) { return a.line < b.line; });
    return std::move(entries_);
  }

 private:
  absl::Status ReadKeys(absl::string_view section, const toml::value& table,
                        std::size_t table_line) {
    for (const auto& [key, value] : table.as_table()) {
      const ConfigEntry entry = {.name = absl::StrCat(section, ".", key),
                                 .value = "",
                                 .line = value.location().line(),
                                 .table_line = table_line,
                                 .is_list = value.is_array() && table_line != 0};
      if (value.is_array() && entry.name == kPatternsKey) {
        RETURN_IF_ERROR(AddJoined(entry, value));
        continue;
      }
      if (!entry.is_list) {
        RETURN_IF_ERROR(Add(entry, value));
        continue;
      }
      for (const toml::value& element : value.as_array()) RETURN_IF_ERROR(Add(entry, element));
    }
    return absl::OkStatus();
  }

  // A list of patterns is what the environment writes with commas.
  absl::Status AddJoined(ConfigEntry entry, const toml::value& list) {
    for (const toml::value& element : list.as_array()) {
      if (!element.is_string()) return Wrong(element, absl::StrCat(entry.name, ": want text"));
      absl::StrAppend(&entry.value, entry.value.empty() ? "" : ",", element.as_string().str);
    }
    entries_.push_back(std::move(entry));
    return absl::OkStatus();
  }

  absl::Status Add(ConfigEntry entry, const toml::value& value) {
    const absl::StatusOr<std::string> text = ValueText(value);
    if (!text.ok()) {
      return Wrong(value, absl::StrCat(entry.name, ": ", text.status().message()));
    }
    entry.value = *text;
    entries_.push_back(std::move(entry));
    return absl::OkStatus();
  }

  const std::string path_;
  std::vector<ConfigEntry> entries_;
};

bool IsListOfTables(const toml::value& value) {
  return value.is_array() && !value.as_array().empty() &&
         std::all_of(value.as_array().begin(), value.as_array().end(),
                     [](const toml::value& element) { return element.is_table(); });
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

  EntryReader reader(path);
  for (const auto& [name, value] : root.as_table()) {
    if (value.is_table()) {
      RETURN_IF_ERROR(reader.ReadSection(name, value));
    } else if (IsListOfTables(value)) {
      RETURN_IF_ERROR(reader.ReadTables(name, value));
    } else {
      return reader.Wrong(value, absl::StrCat(name, " stands outside any section"));
    }
  }
  return reader.Take();
}

}  // namespace sumlog::ops
