// The time, as a parameter: code that needs it takes a Clock, so that tests decide what time it is.

#ifndef SUMLOG_BASE_CLOCK_H_
#define SUMLOG_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace sumlog {

// Implementations are safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall-clock time. May jump when somebody sets the clock.
  virtual absl::Time Now() = 0;
};

// The machine's clock. Never dies.
Clock* SystemClock();

}  // namespace sumlog

#endif  // SUMLOG_BASE_CLOCK_H_
