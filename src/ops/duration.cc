#include "ops/duration.h"

#include "absl/strings/str_cat.h"

namespace sumlog::ops {

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < kLeastDuration ||
      duration > kMostDuration) {
    return absl::InvalidArgumentError(
        absl::StrCat("got \"", text, "\", want a time of 1ms to 24h, such as \"10s\""));
  }
  return duration;
}

}  // namespace sumlog::ops
