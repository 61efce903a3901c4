// Goal: no text makes the parsers of gosum crash, and what they accept has one meaning: it formats
// to what was read. What they refuse gets a message that is safe to show.
// Method: libFuzzer; each input goes to every parser.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "sumlog/gosum/go_sum_file.h"
#include "sumlog/gosum/module_path.h"
#include "sumlog/gosum/module_pattern.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/gosum/record.h"

namespace sumlog::gosum {
namespace {

// What the go command shows of an error body.
constexpr std::size_t kMaxMessageSizeBytes = 648;

// A refusal is the caller's fault; its message fits, and holds nothing that a terminal obeys.
void CheckRefusal(const absl::Status& status) {
  CHECK(absl::IsInvalidArgument(status));
  CHECK(!status.message().empty() && status.message().size() <= kMaxMessageSizeBytes);
  const std::string ascii = absl::StrReplaceAll(status.message(), {{"…", ""}});
  for (const char c : ascii) CHECK(absl::ascii_isprint(static_cast<unsigned char>(c)));
}

void FuzzRecordText(absl::string_view text) {
  const auto record = ParseRecordText(text);
  if (!record.ok()) return CheckRefusal(record.status());
  CHECK(FormatRecordText(*record) == text);
  CHECK(CheckRecord(*record).ok());
  CHECK(CheckRecordText(text).ok());
}

void FuzzModuleVersion(absl::string_view text) {
  const auto module = ParseModuleVersion(text);
  if (!module.ok()) return CheckRefusal(module.status());
  CHECK(module->ToString() == text);
  const auto escaped = EscapeModuleVersion(*module);
  CHECK(escaped.ok());
  const auto again = ParseEscapedModuleVersion(*escaped);
  CHECK(again.ok() && *again == *module);
}

void FuzzEscapedModuleVersion(absl::string_view text) {
  const auto module = ParseEscapedModuleVersion(text);
  if (!module.ok()) return CheckRefusal(module.status());
  const auto escaped = EscapeModuleVersion(*module);
  CHECK(escaped.ok() && *escaped == text);
}

void FuzzEscapes(absl::string_view text) {
  const auto path = UnescapePath(text);
  if (path.ok()) {
    CHECK(*EscapePath(*path) == text);
  } else {
    CheckRefusal(path.status());
  }
  const auto version = UnescapeVersion(text);
  if (version.ok()) {
    CHECK(*EscapeVersion(*version) == text);
  } else {
    CheckRefusal(version.status());
  }
}

// The records of a file, written out again, are a file with the same records.
void FuzzGoSumFile(absl::string_view text) {
  const auto file = ParseGoSumFile(text);
  if (!file.ok()) return CheckRefusal(file.status());
  std::string formatted;
  for (const Record& record : file->records) {
    CHECK(CheckRecord(record).ok());
    formatted += FormatRecordText(record);
  }
  const auto again = ParseGoSumFile(formatted);
  CHECK(again.ok() && again->records == file->records);
  CHECK(again->incomplete.empty() && again->conflicts.empty());
  for (const GoSumConflict& conflict : file->conflicts) {
    CHECK(conflict.first_line < conflict.second_line);
    CHECK(conflict.first_hash != conflict.second_hash);
  }
}

// The first line is a list of patterns, the rest a path.
void FuzzModulePatterns(absl::string_view text) {
  const absl::string_view list = text.substr(0, text.find('\n'));
  const absl::string_view path = absl::StripPrefix(text.substr(list.size()), "\n");
  const auto patterns = ModulePatterns::Parse(list);
  if (!patterns.ok()) return CheckRefusal(patterns.status());
  const bool matches = patterns->Matches(path);
  // A match of the whole path is a match of every path below it.
  CHECK(!matches || patterns->Matches(absl::StrCat(path, "/x")));
  const auto more = ModulePatterns::Parse(absl::StrCat("a.b,", list));
  if (more.ok()) CHECK(!matches || more->Matches(path));
}

}  // namespace
}  // namespace sumlog::gosum

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  sumlog::gosum::FuzzRecordText(text);
  sumlog::gosum::FuzzModuleVersion(text);
  sumlog::gosum::FuzzEscapedModuleVersion(text);
  sumlog::gosum::FuzzEscapes(text);
  sumlog::gosum::FuzzGoSumFile(text);
  sumlog::gosum::FuzzModulePatterns(text);
  return 0;
}
