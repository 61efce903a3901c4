// Administrative calls and messages that are being carried out: their completions need journal and
// tokens, so whoever owns those waits here before they go. And what is being done is not cut off
// when the server stops: its caller is to learn what became of it.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_PENDING_ADDS_H_
#define SUMLOG_RPC_PENDING_ADDS_H_

#include <cstddef>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/mutex.h"

namespace sumlog::rpc {

class PendingAdds {
 public:
  PendingAdds() = default;
  PendingAdds(const PendingAdds&) = delete;
  PendingAdds& operator=(const PendingAdds&) = delete;

  // Waits for every End. The sequencer completes whatever it has taken.
  ~PendingAdds() {
    MutexLock lock(&mu_);
    while (count_ > 0) reached_zero_.Wait(&mu_);
  }

  // Has TryBegin refuse from now on, and waits until there is nothing under way or `end` has come.
  void Drain(absl::Time end) {
    MutexLock lock(&mu_);
    draining_ = true;
    while (count_ > 0) {
      const absl::Duration left = end - absl::Now();
      if (left <= absl::ZeroDuration()) return;
      reached_zero_.WaitFor(&mu_, left);
    }
  }

  // For a whole call: false when the server is stopping, and then there is no End.
  bool TryBegin() {
    MutexLock lock(&mu_);
    if (draining_) return false;
    ++count_;
    return true;
  }

  // For a message of a call.
  void Begin() {
    MutexLock lock(&mu_);
    ++count_;
  }
  void End() {
    MutexLock lock(&mu_);
    if (--count_ == 0) reached_zero_.NotifyAll();
  }

 private:
  Mutex mu_;
  CondVar reached_zero_;
  std::size_t count_ ABSL_GUARDED_BY(mu_) = 0;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_PENDING_ADDS_H_
