#include "log/head_listeners.h"

#include "absl/strings/str_cat.h"

namespace sumlog::log {

absl::StatusOr<std::unique_ptr<HeadListeners::Subscription>> HeadListeners::Add(
    HeadListener listener) {
  MutexLock lock(&mu_);
  if (listeners_.size() >= kMaxListeners) {
    return absl::ResourceExhaustedError(
        absl::StrCat(kMaxListeners, " already wait for newer heads"));
  }
  const std::uint64_t id = next_id_++;
  listeners_.emplace(id, std::move(listener));
  return std::unique_ptr<Subscription>(new Subscription(this, id));
}

void HeadListeners::Announce(const std::shared_ptr<const PublishedHead>& head) const {
  MutexLock lock(&mu_);
  for (const auto& [id, listener] : listeners_) listener(head);
}

void HeadListeners::Remove(std::uint64_t id) {
  HeadListener removed;  // dies outside the lock: it may own anything
  MutexLock lock(&mu_);
  const auto it = listeners_.find(id);
  removed = std::move(it->second);
  listeners_.erase(it);
}

}  // namespace sumlog::log
