#include "sumlog/gosum/module_pattern.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "gosum/glob.h"
#include "gosum/quote.h"

namespace sumlog::gosum {
namespace {

// A glob, and how many elements of a path it speaks of.
struct PrefixPattern {
  Glob glob;
  std::size_t slash_count = 0;
};

std::size_t CountSlashes(absl::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '/'));
}

absl::Status CheckCharacters(absl::string_view pattern) {
  for (const char c : pattern) {
    const auto code = static_cast<unsigned char>(c);
    if (absl::ascii_isspace(code) || absl::ascii_iscntrl(code)) {
      return absl::InvalidArgumentError(
          absl::StrCat("has ", QuoteByte(c), ", want patterns with ',' alone between them"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Glob> ParseGlob(absl::string_view pattern) {
  RETURN_IF_ERROR(CheckCharacters(pattern));
  return Glob::Parse(pattern);
}

// Whether the pattern matches the first elements of `path`, as many as it has itself.
bool MatchesPrefix(const PrefixPattern& pattern, absl::string_view path) {
  std::size_t slash_count = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '/') continue;
    if (slash_count == pattern.slash_count) return pattern.glob.Matches(path.substr(0, i));
    ++slash_count;
  }
  return slash_count == pattern.slash_count && pattern.glob.Matches(path);
}

}  // namespace

struct ModulePatterns::List {
  std::vector<PrefixPattern> patterns;
};

ModulePatterns::ModulePatterns() : list_(std::make_shared<const List>()) {}
ModulePatterns::ModulePatterns(std::shared_ptr<const List> list) : list_(std::move(list)) {}

absl::StatusOr<ModulePatterns> ModulePatterns::Parse(absl::string_view list) {
  if (list.size() > kMaxPatternListSizeBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "pattern list has ", list.size(), " bytes, want at most ", kMaxPatternListSizeBytes));
  }
  List parsed;
  for (const absl::string_view element : absl::StrSplit(list, ',')) {
    const absl::string_view pattern = absl::StripSuffix(element, "/");
    if (pattern.empty()) continue;
    absl::StatusOr<Glob> glob = ParseGlob(pattern);
    if (!glob.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("module pattern ", Quote(pattern), " ", glob.status().message()));
    }
    parsed.patterns.push_back({.glob = *std::move(glob), .slash_count = CountSlashes(pattern)});
  }
  return ModulePatterns(std::make_shared<const List>(std::move(parsed)));
}

bool ModulePatterns::Matches(absl::string_view path) const {
  return std::any_of(list_->patterns.begin(), list_->patterns.end(),
                     [path](const PrefixPattern& pattern) { return MatchesPrefix(pattern, path); });
}

bool ModulePatterns::empty() const { return list_->patterns.empty(); }

}  // namespace sumlog::gosum
