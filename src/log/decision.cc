#include "log/decision.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "base/when.h"

namespace sumlog::log {
namespace {

// Names of what a status carries beside its message.
constexpr char kFrozenReason[] = "sumlog/frozen";
constexpr char kBlockedReason[] = "sumlog/blocked";

absl::Status CheckLine(absl::string_view name, absl::string_view text, std::size_t min_bytes,
                       std::size_t max_bytes) {
  if (text.size() < min_bytes || text.size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " of ", text.size(), " bytes, want ", min_bytes, " to ", max_bytes));
  }
  while (!text.empty()) {
    const Utf8Rune rune = DecodeUtf8(text);
    if (rune.size_bytes == 0) {
      return absl::InvalidArgumentError(absl::StrCat(name, " is not valid UTF-8"));
    }
    if (!IsShowable(rune.code_point)) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " has the character U+", absl::Hex(rune.code_point, absl::kZeroPad4),
                       ", which controls a terminal or is not seen; want one line of text"));
    }
    text.remove_prefix(rune.size_bytes);
  }
  return absl::OkStatus();
}

// Cuts "<label><line>\n" off the front of `text`.
bool ConsumeLine(absl::string_view* text, absl::string_view label, absl::string_view* line) {
  if (!absl::ConsumePrefix(text, label)) return false;
  const std::size_t end = text->find('\n');
  if (end == absl::string_view::npos) return false;
  *line = text->substr(0, end);
  text->remove_prefix(end + 1);
  return true;
}

}  // namespace

absl::Status CheckDecision(const Decision& decision) {
  RETURN_IF_ERROR(CheckLine("a reason", decision.reason, 1, kMaxReasonBytes));
  return CheckLine("a name", decision.who, 0, kMaxWhoBytes);
}

std::string FormatDecision(const Decision& decision) {
  return absl::StrCat("sumlog decision 1\nwhen: ", FormatTimestampMicros(decision.when),
                      "\nwho: ", decision.who, "\nreason: ", decision.reason, "\n");
}

absl::StatusOr<Decision> ParseDecision(absl::string_view text) {
  absl::string_view rest = text;
  absl::string_view when, who, reason;
  if (absl::ConsumePrefix(&rest, "sumlog decision 1\n") && ConsumeLine(&rest, "when: ", &when) &&
      ConsumeLine(&rest, "who: ", &who) && ConsumeLine(&rest, "reason: ", &reason) &&
      rest.empty()) {
    const absl::StatusOr<absl::Time> time = ParseTimestampMicros(when);
    const Decision decision{.reason = std::string(reason),
                            .who = std::string(who),
                            .when = time.value_or(absl::InfinitePast())};
    if (time.ok() && CheckDecision(decision).ok()) return decision;
  }
  return absl::DataLossError(absl::StrCat("a kept decision of ", text.size(), " bytes is damaged"));
}

absl::Status FrozenError(const Decision& decision) {
  absl::Status status = absl::FailedPreconditionError(
      absl::StrCat("the log is frozen and takes no records\nwhy: ", decision.reason, " (",
                   decision.who.empty() ? "" : absl::StrCat(decision.who, ", "),
                   FormatWhen(decision.when), ")"));
  status.SetPayload(kFrozenReason, absl::Cord(decision.reason));
  return status;
}

bool IsFrozen(const absl::Status& status) { return status.GetPayload(kFrozenReason).has_value(); }

absl::Status BlockedError(absl::string_view module, const Decision& decision) {
  absl::Status status = absl::PermissionDeniedError(
      absl::StrCat(module, " is blocked by whoever runs this log\nwhy: ", decision.reason));
  status.SetPayload(kBlockedReason, absl::Cord(decision.reason));
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  for (const char* name : {kFrozenReason, kBlockedReason}) {
    if (const auto reason = status.GetPayload(name); reason.has_value()) {
      return std::string(*reason);
    }
  }
  return "";
}

}  // namespace sumlog::log
