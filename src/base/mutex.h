// The one lock type of this code: std::mutex with the annotations of -Wthread-safety.
//
// absl::Mutex is annotated but invisible to ThreadSanitizer as Debian builds it; std::mutex is the
// other way round. This wrapper has both.
//
//   Mutex mu_;
//   std::deque<Entry> queue_ ABSL_GUARDED_BY(mu_);
//
//   MutexLock lock(&mu_);
//   while (queue_.empty()) changed_.Wait(&mu_);

#ifndef SUMLOG_BASE_MUTEX_H_
#define SUMLOG_BASE_MUTEX_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace sumlog {

class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mu_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mu_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mu_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mu) ABSL_EXCLUSIVE_LOCK_FUNCTION(mu) : mu_(mu) { mu_->Lock(); }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mu_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mu_;
};

// Waits may wake without a reason: call them in a loop over the condition.
class CondVar {
 public:
  void Wait(Mutex* mu) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    std::unique_lock<std::mutex> lock(mu->mu_, std::adopt_lock);
    changed_.wait(lock);
    lock.release();
  }

  // Returns false when `timeout` passed first, or a day of it: the sum of now and a very long one
  // would overflow.
  bool WaitFor(Mutex* mu, absl::Duration timeout) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    std::unique_lock<std::mutex> lock(mu->mu_, std::adopt_lock);
    const std::cv_status result = changed_.wait_for(
        lock, absl::ToChronoMicroseconds(std::clamp(timeout, -kLongestWait, kLongestWait)));
    lock.release();
    return result == std::cv_status::no_timeout;
  }

  void NotifyOne() { changed_.notify_one(); }
  void NotifyAll() { changed_.notify_all(); }

 private:
  static constexpr absl::Duration kLongestWait = absl::Hours(24);

  std::condition_variable changed_;
};

}  // namespace sumlog

#endif  // SUMLOG_BASE_MUTEX_H_
