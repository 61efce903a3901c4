// The shape of every error that the program prints.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cli/printable.h"
#include "cli/verb.h"

namespace sumlog::cli {

int ExitCodeFor(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kGood;
    case absl::StatusCode::kNotFound:
      return kFoundWrong;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kAlreadyExists:
      return kWrongUse;
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnauthenticated:
      return kTampering;
    default:
      return kUnreachable;
  }
}

void Fail(Context& context, absl::string_view doing, const absl::Status& status) {
  Fail(context, doing, status, ExitCodeFor(status));
}

void Fail(Context& context, absl::string_view doing, const absl::Status& status, int exit_code) {
  context.exit_code = exit_code;
  const bool color = context.err_is_terminal && !context.no_color;
  std::ostream& err = *context.err;
  err << (color ? "\x1b[1;31merror:\x1b[0m " : "error: ") << "cannot " << Printable(doing) << ":";

  const std::vector<std::string> lines = absl::StrSplit(std::string(status.message()), '\n');
  err << " " << Printable(lines[0]) << "\n";
  for (std::size_t i = 1; i < lines.size(); ++i) {
    absl::string_view line = lines[i];
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    if (absl::ConsumePrefix(&line, "why: ")) {
      err << "why   " << Printable(line) << "\n";
    } else if (absl::ConsumePrefix(&line, "fix: ")) {
      err << "fix   " << Printable(line) << "\n";
    } else {
      err << "      " << Printable(line) << "\n";
    }
  }
}

absl::Status WithFix(const absl::Status& status, absl::string_view fix) {
  if (status.ok() || absl::StrContains(status.message(), "\nfix: ")) return status;
  return absl::Status(status.code(), absl::StrCat(status.message(), "\nfix: ", fix));
}

}  // namespace sumlog::cli
