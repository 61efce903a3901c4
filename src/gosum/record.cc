#include "sumlog/gosum/record.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/base64.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "gosum/quote.h"
#include "sumlog/gosum/module_path.h"

namespace sumlog::gosum {
namespace {

constexpr absl::string_view kH1 = "h1:";
constexpr absl::string_view kGoModSuffix = "/go.mod";
constexpr std::size_t kHashSizeBytes = 32;       // SHA-256
constexpr std::size_t kHashSizeCharacters = 44;  // its base64

// One line of a record, without its newline.
struct Line {
  absl::string_view path;
  absl::string_view version;  // without "/go.mod"
  absl::string_view hash;
  bool of_go_mod = false;
};

// Takes a line and its newline off the front of `rest`, which is not empty.
absl::StatusOr<absl::string_view> TakeLine(absl::string_view* rest) {
  const std::size_t newline = rest->find('\n');
  if (newline == absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("record line ", Quote(*rest), " does not end in a newline"));
  }
  const absl::string_view line = rest->substr(0, newline);
  rest->remove_prefix(newline + 1);
  return line;
}

absl::StatusOr<Line> ParseLine(absl::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = first == absl::string_view::npos ? first : text.find(' ', first + 1);
  if (second == absl::string_view::npos || text.find(' ', second + 1) != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("record line ", Quote(text),
                     " is not three fields with one space between them, want PATH VERSION HASH"));
  }
  Line line;
  line.path = text.substr(0, first);
  line.version = text.substr(first + 1, second - first - 1);
  line.hash = text.substr(second + 1);
  line.of_go_mod = absl::ConsumeSuffix(&line.version, kGoModSuffix);
  return line;
}

// Which of the two lines is missing, doubled or out of place.
absl::Status CheckPair(const Line& zip, const Line& mod) {
  if (zip.path != mod.path || zip.version != mod.version) {
    return absl::InvalidArgumentError(
        absl::StrCat("record has lines of two module versions, ",
                     Quote(absl::StrCat(zip.path, "@", zip.version)), " and ",
                     Quote(absl::StrCat(mod.path, "@", mod.version))));
  }
  if (!zip.of_go_mod && mod.of_go_mod) return absl::OkStatus();
  const absl::string_view problem =
      zip.of_go_mod == mod.of_go_mod
          ? (zip.of_go_mod ? "has its \"/go.mod\" line twice and not that of the module itself"
                           : "has the line of the module twice and no \"/go.mod\" line")
          : "has its \"/go.mod\" line first, want the line of the module itself first";
  return absl::InvalidArgumentError(
      absl::StrCat("record of ", Quote(absl::StrCat(zip.path, "@", zip.version)), " ", problem));
}

absl::Status MissingLine(const Line& only) {
  return absl::InvalidArgumentError(absl::StrCat(
      "record of ", Quote(absl::StrCat(only.path, "@", only.version)), " lacks the ",
      only.of_go_mod ? "line of the module itself" : "\"/go.mod\" line", ", want both lines"));
}

}  // namespace

absl::Status CheckH1(absl::string_view hash) {
  absl::string_view base64 = hash;
  if (!absl::ConsumePrefix(&base64, kH1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("hash ", Quote(hash), " does not begin with \"h1:\""));
  }
  if (base64.size() != kHashSizeCharacters) {
    return absl::InvalidArgumentError(absl::StrCat("hash ", Quote(hash), " has ", base64.size(),
                                                   " characters after \"h1:\", want ",
                                                   kHashSizeCharacters));
  }
  std::string bytes;
  if (!Base64Decode(base64, &bytes) || bytes.size() != kHashSizeBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("hash ", Quote(hash), " is not the base64 of ", kHashSizeBytes, " bytes"));
  }
  return absl::OkStatus();
}

absl::Status CheckRecord(const Record& record) {
  RETURN_IF_ERROR(CheckModuleVersion(record.module.path, record.module.version));
  if (const absl::Status status = CheckH1(record.zip_hash); !status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("record of ", Quote(record.module.ToString()), ": ", status.message()));
  }
  if (const absl::Status status = CheckH1(record.mod_hash); !status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("record of ", Quote(record.module.ToString()), ": go.mod ", status.message()));
  }
  return absl::OkStatus();
}

std::string FormatRecordText(const Record& record) {
  const ModuleVersion& module = record.module;
  return absl::StrCat(module.path, " ", module.version, " ", record.zip_hash, "\n",  //
                      module.path, " ", module.version, kGoModSuffix, " ", record.mod_hash, "\n");
}

absl::StatusOr<Record> ParseRecordText(absl::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("record is empty, want two lines");
  if (text.size() > kMaxRecordSizeBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("record has ", text.size(), " bytes, want at most ", kMaxRecordSizeBytes));
  }
  absl::string_view rest = text;
  ASSIGN_OR_RETURN(const absl::string_view first_line, TakeLine(&rest));
  ASSIGN_OR_RETURN(const Line zip, ParseLine(first_line));
  if (rest.empty()) return MissingLine(zip);
  ASSIGN_OR_RETURN(const absl::string_view second_line, TakeLine(&rest));
  ASSIGN_OR_RETURN(const Line mod, ParseLine(second_line));
  RETURN_IF_ERROR(CheckPair(zip, mod));
  if (!rest.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("record goes on after its two lines: ", Quote(rest)));
  }

  Record record{.module = {.path = std::string(zip.path), .version = std::string(zip.version)},
                .zip_hash = std::string(zip.hash),
                .mod_hash = std::string(mod.hash)};
  RETURN_IF_ERROR(CheckRecord(record));
  return record;
}

absl::Status CheckRecordText(absl::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("record text is empty");
  if (text.back() != '\n') {
    return absl::InvalidArgumentError("record text does not end in a newline");
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') {
      return absl::InvalidArgumentError(
          absl::StrCat("record text has the control character ", QuoteByte(c)));
    }
  }
  if (absl::StrContains(text, "\n\n")) {
    return absl::InvalidArgumentError("record text has a blank line");
  }
  if (!IsValidUtf8(text)) return absl::InvalidArgumentError("record text is not valid UTF-8");
  return absl::OkStatus();
}

}  // namespace sumlog::gosum
