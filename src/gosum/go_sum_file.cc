#include "sumlog/gosum/go_sum_file.h"

#include <array>
#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "gosum/quote.h"
#include "sumlog/gosum/module_path.h"

namespace sumlog::gosum {
namespace {

bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

// The hash of an empty go.mod. An old go command wrote it where the real one belonged; the go
// command drops such lines, and so do we.
constexpr absl::string_view kEmptyGoModHash = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=";

// One line of a go.sum file; views into it.
struct Line {
  absl::string_view path;
  absl::string_view version;  // without "/go.mod"
  absl::string_view hash;
  bool of_go_mod = false;
};

// What the file says in one place of one module version. An empty hash: nothing yet.
struct Claim {
  absl::string_view hash;
  std::size_t line_number = 0;
  bool is_disputed = false;
};

struct Entry {
  absl::string_view path, version;
  Claim zip, mod;
};

// Takes the next word off the front of `rest`; empty when there is none.
absl::string_view TakeField(absl::string_view* rest) {
  *rest = absl::StripLeadingAsciiWhitespace(*rest);
  std::size_t size = 0;
  while (size < rest->size() && !IsSpace((*rest)[size])) ++size;
  const absl::string_view field = rest->substr(0, size);
  rest->remove_prefix(size);
  return field;
}

// A label, a colon and something: "h2:abc".
bool IsHashOfSomeKind(absl::string_view hash) {
  const std::size_t colon = hash.find(':');
  if (colon == 0 || colon == absl::string_view::npos || colon + 1 == hash.size()) return false;
  for (const char c : hash.substr(0, colon)) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

absl::Status CheckHash(absl::string_view hash) {
  if (absl::StartsWith(hash, "h1:")) return CheckH1(hash);
  if (IsHashOfSomeKind(hash)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("hash ", Quote(hash), " does not begin with its kind, like \"h1:\""));
}

// The fields of a line that is not blank, all valid.
absl::StatusOr<Line> ParseLine(absl::string_view text) {
  std::array<absl::string_view, 3> fields;
  std::size_t count = 0;
  absl::string_view rest = text;
  for (absl::string_view field = TakeField(&rest); !field.empty(); field = TakeField(&rest)) {
    if (count < fields.size()) fields[count] = field;
    ++count;
  }
  if (count != fields.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", count, " fields, want 3 (MODULE VERSION HASH)"));
  }
  Line line{.path = fields[0], .version = fields[1], .hash = fields[2]};
  line.of_go_mod = absl::ConsumeSuffix(&line.version, "/go.mod");
  RETURN_IF_ERROR(CheckModuleVersion(line.path, line.version));
  RETURN_IF_ERROR(CheckHash(line.hash));
  return line;
}

// Gathers lines by module version, in order of first appearance. Keeps views into the file.
class Collector {
 public:
  void Add(const Line& line, std::size_t line_number) {
    const auto [position, is_new] =
        entry_of_.try_emplace(std::make_pair(line.path, line.version), entries_.size());
    if (is_new)
      entries_.push_back({.path = line.path, .version = line.version, .zip = {}, .mod = {}});
    Entry& entry = entries_[position->second];
    Claim& claim = line.of_go_mod ? entry.mod : entry.zip;
    if (claim.hash.empty()) {
      claim = {.hash = line.hash, .line_number = line_number};
    } else if (claim.hash != line.hash && !claim.is_disputed) {
      claim.is_disputed = true;
      file_.conflicts.push_back({.module = {std::string(line.path), std::string(line.version)},
                                 .of_go_mod = line.of_go_mod,
                                 .first_line = claim.line_number,
                                 .second_line = line_number,
                                 .first_hash = std::string(claim.hash),
                                 .second_hash = std::string(line.hash)});
    }
  }

  GoSumFile Finish() && {
    for (const Entry& entry : entries_) {
      if (entry.zip.is_disputed || entry.mod.is_disputed) continue;
      ModuleVersion module{std::string(entry.path), std::string(entry.version)};
      if (entry.zip.hash.empty() || entry.mod.hash.empty()) {
        file_.incomplete.push_back(std::move(module));
      } else {
        file_.records.push_back({.module = std::move(module),
                                 .zip_hash = std::string(entry.zip.hash),
                                 .mod_hash = std::string(entry.mod.hash)});
      }
    }
    return std::move(file_);
  }

 private:
  GoSumFile file_;
  std::vector<Entry> entries_;
  // (path, version) → index in entries_.
  absl::flat_hash_map<std::pair<absl::string_view, absl::string_view>, std::size_t> entry_of_;
};

absl::Status AtLine(std::size_t line_number, absl::string_view reason, absl::string_view line) {
  return absl::InvalidArgumentError(
      absl::StrCat("line ", line_number, ": ", reason, ": ", Quote(line)));
}

}  // namespace

absl::StatusOr<GoSumFile> ParseGoSumFile(absl::string_view content) {
  Collector collector;
  std::size_t other_hash_lines = 0;
  absl::string_view rest = content;
  for (std::size_t line_number = 1; !rest.empty(); ++line_number) {
    const absl::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(text.size() < rest.size() ? text.size() + 1 : text.size());
    if (text.size() > kMaxGoSumLineSizeBytes) {
      return AtLine(
          line_number,
          absl::StrCat("got ", text.size(), " bytes, want at most ", kMaxGoSumLineSizeBytes), text);
    }
    if (absl::StripLeadingAsciiWhitespace(text).empty()) continue;  // a blank line
    const absl::StatusOr<Line> line = ParseLine(text);
    if (!line.ok()) return AtLine(line_number, line.status().message(), text);
    if (!absl::StartsWith(line->hash, "h1:") || line->hash == kEmptyGoModHash) {
      ++other_hash_lines;
    } else {
      collector.Add(*line, line_number);
    }
  }
  GoSumFile file = std::move(collector).Finish();
  file.other_hash_lines = other_hash_lines;
  return file;
}

}  // namespace sumlog::gosum
