// Points of time as text, the same everywhere. In UTC always.
//
// Pure; safe from any thread.

#ifndef SUMLOG_BASE_WHEN_H_
#define SUMLOG_BASE_WHEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sumlog {

// For sentences: "2026-11-21 12:00:00 UTC".
std::string FormatWhen(absl::Time time);

// For files and programs (RFC 3339): "2026-11-21T12:00:00Z", and with microseconds
// "2026-11-21T12:00:00.000000Z".
std::string FormatTimestamp(absl::Time time);
std::string FormatTimestampMicros(absl::Time time);

// What FormatTimestampMicros has written, and nothing else. kInvalidArgument for any other text.
absl::StatusOr<absl::Time> ParseTimestampMicros(absl::string_view text);

}  // namespace sumlog

#endif  // SUMLOG_BASE_WHEN_H_
