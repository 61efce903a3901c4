// Times as people write them in a configuration or a flag: "10s", "1m", "1h30m".
//
// Pure; safe from any thread.

#ifndef SUMLOG_OPS_DURATION_H_
#define SUMLOG_OPS_DURATION_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sumlog::ops {

inline constexpr absl::Duration kLeastDuration = absl::Milliseconds(1);
inline constexpr absl::Duration kMostDuration = absl::Hours(24);

// kInvalidArgument: no time, or not between kLeastDuration and kMostDuration.
absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text);

}  // namespace sumlog::ops

#endif  // SUMLOG_OPS_DURATION_H_
