// A clock that stands still until a test moves it.
//
// Safe from any thread.

#ifndef SUMLOG_TESTS_SUPPORT_FAKE_CLOCK_H_
#define SUMLOG_TESTS_SUPPORT_FAKE_CLOCK_H_

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace sumlog::testing {

class FakeClock final : public Clock {
 public:
  // Starts at 2026-11-21 12:00:00 UTC.
  FakeClock() : now_(absl::FromUnixSeconds(1'795'262'400)) {}

  absl::Time Now() override {
    MutexLock lock(&mu_);
    return now_;
  }

  // `step` may be negative: somebody set the clock.
  void Advance(absl::Duration step) {
    MutexLock lock(&mu_);
    now_ += step;
  }

 private:
  Mutex mu_;
  absl::Time now_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_FAKE_CLOCK_H_
