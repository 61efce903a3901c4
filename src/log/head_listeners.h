// Those who wait for newer heads, without asking again and again.
//
// Safe from any thread.

#ifndef SUMLOG_LOG_HEAD_LISTENERS_H_
#define SUMLOG_LOG_HEAD_LISTENERS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "log/published_head.h"

namespace sumlog::log {

// Called with each newly published head. It runs on the sequencer's thread and under the lock of
// the listeners: it must be quick (store the pointer, wake somebody) and must neither subscribe nor
// end a subscription.
using HeadListener = std::function<void(const std::shared_ptr<const PublishedHead>& head)>;

class HeadListeners {
 public:
  // Bounds what one publication costs the sequencer.
  static constexpr std::size_t kMaxListeners = 10'000;

  // Ends the subscription when it goes. After that the listener is neither running nor ever called
  // again: the destructor waits for a call that is under way.
  class Subscription {
   public:
    ~Subscription() { listeners_->Remove(id_); }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

   private:
    friend class HeadListeners;
    Subscription(HeadListeners* listeners, std::uint64_t id) : listeners_(listeners), id_(id) {}

    HeadListeners* const listeners_;  // outlives this object
    const std::uint64_t id_;
  };

  // Every head that is published after this returns is announced. kResourceExhausted: there are
  // kMaxListeners. The subscription must not outlive this object.
  absl::StatusOr<std::unique_ptr<Subscription>> Add(HeadListener listener);

  // Calls every listener with `head`, one after the other.
  void Announce(const std::shared_ptr<const PublishedHead>& head) const;

 private:
  void Remove(std::uint64_t id);

  mutable Mutex mu_;
  std::uint64_t next_id_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<std::uint64_t, HeadListener> listeners_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_HEAD_LISTENERS_H_
