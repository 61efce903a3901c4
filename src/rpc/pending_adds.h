// Messages of records that are with the sequencer: their completions need journal and tokens, so
// whoever owns those waits here before they go.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_PENDING_ADDS_H_
#define SUMLOG_RPC_PENDING_ADDS_H_

#include <cstddef>

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
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_PENDING_ADDS_H_
