// What could not be had a moment ago, so that it is not asked for again and again.
//
// Bounded: the oldest are forgotten first. Safe from any thread.

#ifndef SUMLOG_MIRROR_RECENT_FAILURES_H_
#define SUMLOG_MIRROR_RECENT_FAILURES_H_

#include <cstddef>
#include <deque>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace sumlog::mirror {

class RecentFailures {
 public:
  static constexpr std::size_t kMaxFailures = 10'000;

  // `clock` outlives this object.
  explicit RecentFailures(Clock* clock) : clock_(clock) {}

  // The failure that is remembered of `key`; OK: none.
  absl::Status Find(const std::string& key);

  // Remembers `failure` for `duration`.
  void Note(const std::string& key, const absl::Status& failure, absl::Duration duration);

 private:
  struct Entry {
    absl::Status failure;
    absl::Time noted_at;
    absl::Duration duration;
  };

  Clock* const clock_;  // constant after construction

  Mutex mu_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mu_);
  std::deque<std::string> order_ ABSL_GUARDED_BY(mu_);  // the oldest first; one for each entry
};

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_RECENT_FAILURES_H_
