// A pointer to an immutable value that one thread replaces and many threads read.
//
// A reader takes the pointer once per request and keeps its snapshot alive as long as it likes. The
// lock covers the copy of one pointer and nothing else: no reader ever waits for a writer's work.
// (std::atomic<std::shared_ptr> of libstdc++ 12 does the same with a hidden spin bit that
// ThreadSanitizer cannot follow.)
//
// Safe from any thread.

#ifndef SUMLOG_BASE_SNAPSHOT_H_
#define SUMLOG_BASE_SNAPSHOT_H_

#include <memory>
#include <utility>

#include "base/mutex.h"

namespace sumlog {

template <typename T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> value = nullptr) : value_(std::move(value)) {}

  std::shared_ptr<const T> Load() const {
    MutexLock lock(&mu_);
    return value_;
  }

  void Store(std::shared_ptr<const T> value) {
    {
      MutexLock lock(&mu_);
      value_.swap(value);
    }
    // The old value dies here, outside the lock.
  }

 private:
  mutable Mutex mu_;
  // Shared: each reader keeps the value that it loaded alive for the length of its request.
  std::shared_ptr<const T> value_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog

#endif  // SUMLOG_BASE_SNAPSHOT_H_
