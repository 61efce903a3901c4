// Goal: waits end when they should, for every timeout, also those that have no end.

#include "base/mutex.h"

#include "base/thread.h"
#include "gtest/gtest.h"

namespace sumlog {
namespace {

TEST(CondVar, WaitForTellsThatTheTimeHasPassed) {
  Mutex mu;
  CondVar changed;
  MutexLock lock(&mu);
  EXPECT_FALSE(changed.WaitFor(&mu, absl::Milliseconds(1)));
  EXPECT_FALSE(changed.WaitFor(&mu, -absl::InfiniteDuration()));
}

// A deadline of now and for ever overflows; the undefined behaviour sanitizer would say so.
TEST(CondVar, WaitForTakesAnInfiniteTimeout) {
  Mutex mu;
  CondVar changed;
  bool done = false;
  const std::jthread thread = StartThread("notifier", [&] {
    MutexLock lock(&mu);
    done = true;
    changed.NotifyAll();
  });
  MutexLock lock(&mu);
  while (!done) changed.WaitFor(&mu, absl::InfiniteDuration());
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace sumlog
