#include "client/lookup_answer.h"

#include <cstddef>
#include <limits>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "sumlog/gosum/record.h"

namespace sumlog::client {
namespace {

// As large as a record number may be: tree sizes are signed 64-bit integers in Go.
constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::int64_t>::max();

absl::StatusOr<std::uint64_t> ParseNumber(absl::string_view line) {
  std::uint64_t number = 0;
  // One spelling for every number: no sign, no white space, no leading zero.
  if (!absl::SimpleAtoi(line, &number) || number > kMaxNumber || absl::StrCat(number) != line) {
    return absl::InvalidArgumentError("answer does not begin with a record number");
  }
  return number;
}

// Demands exactly one line "<prefix>h1:…" in the record.
absl::Status CheckOneHash(absl::string_view record_text, const std::string& prefix) {
  std::size_t found = 0;
  for (const absl::string_view line : absl::StrSplit(record_text, '\n')) {
    if (!absl::StartsWith(line, prefix)) continue;
    const absl::string_view hash = line.substr(prefix.size());
    if (!absl::StartsWith(hash, "h1:")) continue;
    if (const absl::Status status = gosum::CheckH1(hash); !status.ok()) {
      return absl::DataLossError(absl::StrCat("line \"", prefix, "\": ", status.message()));
    }
    ++found;
  }
  if (found == 1) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("record has ", found, " lines \"", prefix,
                                          "h1:…\", want 1",
                                          found == 0 ? ": checksum missing" : ""));
}

}  // namespace

absl::StatusOr<LookupAnswer> ParseLookupAnswer(absl::string_view body) {
  const std::size_t number_end = body.find('\n');
  if (number_end == absl::string_view::npos) {
    return absl::InvalidArgumentError("answer does not begin with a record number");
  }
  LookupAnswer answer;
  ASSIGN_OR_RETURN(answer.number, ParseNumber(body.substr(0, number_end)));

  const absl::string_view rest = body.substr(number_end + 1);
  const std::size_t record_end = rest.find("\n\n");
  if (record_end == absl::string_view::npos) {
    return absl::InvalidArgumentError("answer has no blank line after the record");
  }
  answer.record_text = rest.substr(0, record_end + 1);
  answer.note = rest.substr(record_end + 2);
  if (answer.record_text.size() > gosum::kMaxRecordSizeBytes) {
    return absl::InvalidArgumentError(absl::StrCat("record is of ", answer.record_text.size(),
                                                   " bytes, want at most ",
                                                   gosum::kMaxRecordSizeBytes));
  }
  RETURN_IF_ERROR(gosum::CheckRecordText(answer.record_text));
  return answer;
}

absl::Status CheckRecordIsOf(const gosum::ModuleVersion& module, absl::string_view record_text) {
  const std::string of_files = absl::StrCat(module.path, " ", module.version, " ");
  const std::string of_go_mod = absl::StrCat(module.path, " ", module.version, "/go.mod ");
  RETURN_IF_ERROR(CheckOneHash(record_text, of_files));
  return CheckOneHash(record_text, of_go_mod);
}

}  // namespace sumlog::client
