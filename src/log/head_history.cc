#include "log/head_history.h"

#include "base/status_macros.h"

namespace sumlog::log {

absl::StatusOr<std::vector<std::uint64_t>> HeadHistory::NextToDrop(const storage::LogStore& store,
                                                                   std::uint64_t newest_size,
                                                                   absl::Time now) {
  std::vector<std::uint64_t> dropped;
  if (now < next_look_ || newest_size == 0 || next_size_ >= newest_size) return dropped;
  ASSIGN_OR_RETURN(const std::vector<storage::StoredHead> heads,
                   store.SignedHeads(next_size_, newest_size - 1, kHeadsLookedAtOnce));
  for (const storage::StoredHead& head : heads) {
    if (head.signed_at + kKeepEveryHead > now) {
      next_look_ = head.signed_at + kKeepEveryHead;
      break;
    }
    const std::int64_t hour =
        absl::ToUnixSeconds(head.signed_at) / absl::ToInt64Seconds(kKeepOneHeadIn);
    if (last_hour_ == hour) {
      dropped.push_back(head.size);
    } else {
      last_hour_ = hour;
    }
    next_size_ = head.size + 1;
  }
  return dropped;
}

}  // namespace sumlog::log
