#include "base/when.h"

#include "absl/strings/str_cat.h"

namespace sumlog {
namespace {

constexpr char kMicros[] = "%Y-%m-%dT%H:%M:%E6SZ";

}  // namespace

std::string FormatWhen(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

std::string FormatTimestamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string FormatTimestampMicros(absl::Time time) {
  return absl::FormatTime(kMicros, time, absl::UTCTimeZone());
}

absl::StatusOr<absl::Time> ParseTimestampMicros(absl::string_view text) {
  absl::Time time;
  std::string error;
  // Formatted back, because absl reads more spellings than one.
  if (!absl::ParseTime(kMicros, text, absl::UTCTimeZone(), &time, &error) ||
      time == absl::InfiniteFuture() || time == absl::InfinitePast() ||
      FormatTimestampMicros(time) != text) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not a time such as 2026-11-21T12:00:00.000000Z"));
  }
  return time;
}

}  // namespace sumlog
