#include "client/token_bucket.h"

#include <algorithm>

namespace sumlog::client {

absl::Duration TokenBucket::Take(absl::Time now) {
  const absl::Duration passed = std::max(now - at_, absl::ZeroDuration());
  at_ = now;
  room_ = std::min(room_ + absl::ToDoubleSeconds(passed) * per_second_, per_second_) - 1;
  return room_ >= 0 ? absl::ZeroDuration() : absl::Seconds(-room_ / per_second_);
}

}  // namespace sumlog::client
