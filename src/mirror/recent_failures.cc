#include "mirror/recent_failures.h"

namespace sumlog::mirror {

absl::Status RecentFailures::Find(const std::string& key) {
  MutexLock lock(&mu_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return absl::OkStatus();
  const absl::Duration age = clock_->Now() - found->second.noted_at;
  // A clock that was set back makes the age negative.
  const bool holds = age >= absl::ZeroDuration() && age < found->second.duration;
  return holds ? found->second.failure : absl::OkStatus();
}

void RecentFailures::Note(const std::string& key, const absl::Status& failure,
                          absl::Duration duration) {
  MutexLock lock(&mu_);
  const auto [place, is_new] = entries_.insert_or_assign(
      key, Entry{.failure = failure, .noted_at = clock_->Now(), .duration = duration});
  if (!is_new) return;
  order_.push_back(key);
  if (order_.size() > kMaxFailures) {
    entries_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace sumlog::mirror
