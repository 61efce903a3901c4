// The shape of every error that the program prints.

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/damage.h"
#include "cli/printable.h"
#include "cli/verb.h"
#include "client/mask_credentials.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

std::string Shown(absl::string_view text) { return Printable(client::MaskCredentials(text)); }

// Whatever a server says stands behind a bar, where none of our own lines ever begins.
void PrintServerText(std::ostream& err, const std::string& text) {
  if (text.empty()) return;
  err << "      the server says:\n";
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    err << "      | " << Shown(line) << "\n";
  }
}

// The message; with the way out of damaged data, which is the same wherever it was found.
std::string AdvisedMessage(const absl::Status& status) {
  std::string message(status.message());
  if (!IsDamagedData(status)) return message;
  if (!absl::StrContains(message, "\nwhy: ")) {  // why before fix, whoever has said the fix
    const std::size_t fix = message.find("\nfix: ");
    message.insert(std::min(fix, message.size()), "\nwhy: the data on disk is damaged");
  }
  if (!absl::StrContains(message, "\nfix: ")) {
    absl::StrAppend(&message,
                    "\nfix: keep the data as it is, run sumlog fsck, restore from a backup");
  }
  return message;
}

}  // namespace

int ExitCodeFor(const absl::Status& status) {
  if (IsDamagedData(status)) return kUnreachable;
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

int ExitCodeOfMissing(const absl::Status& status) {
  return absl::IsNotFound(status) ? kUnreachable : ExitCodeFor(status);
}

void Fail(Context& context, absl::string_view doing, const absl::Status& status) {
  Fail(context, doing, status, ExitCodeFor(status));
}

void Fail(Context& context, absl::string_view doing, const absl::Status& status, int exit_code) {
  context.exit_code = exit_code;
  const bool color = context.err_is_terminal && !context.no_color;
  std::ostream& err = *context.err;
  err << (color ? "\x1b[1;31merror:\x1b[0m " : "error: ") << "cannot " << Shown(doing) << ":";

  const std::vector<std::string> lines = absl::StrSplit(AdvisedMessage(status), '\n');
  err << " " << Shown(lines[0]) << "\n";
  std::string server_text = client::ServerTextOf(status);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    absl::string_view line = lines[i];
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const bool is_why = absl::ConsumePrefix(&line, "why: ");
    const bool is_fix = !is_why && absl::ConsumePrefix(&line, "fix: ");
    if (is_why || is_fix) PrintServerText(err, std::exchange(server_text, ""));
    err << (is_why ? "why   " : is_fix ? "fix   " : "      ") << Shown(line) << "\n";
  }
  PrintServerText(err, server_text);
}

absl::Status WithFix(const absl::Status& status, absl::string_view fix) {
  if (status.ok() || absl::StrContains(status.message(), "\nfix: ")) return status;
  return client::Reword(status, absl::StrCat(status.message(), "\nfix: ", fix));
}

}  // namespace sumlog::cli
