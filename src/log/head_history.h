// Which signed heads the history of a log keeps: every one for 30 days, after that the first of
// each hour (by the clock of their signing, UTC). The newest is always kept.
//
// Each round looks at a bounded piece of the history, from where the one before stopped, and names
// the heads that its commit drops. After a start the walk begins anew: what was thinned already
// stays as it is, so the outcome depends on the heads and the clock alone.
//
// Owned by the sequencer's thread; reads the store.

#ifndef SUMLOG_LOG_HEAD_HISTORY_H_
#define SUMLOG_LOG_HEAD_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::log {

inline constexpr absl::Duration kKeepEveryHead = absl::Hours(30 * 24);
inline constexpr absl::Duration kKeepOneHeadIn = absl::Hours(1);

// How much of the history one round looks at. A round adds one head, so the walk catches up.
inline constexpr std::size_t kHeadsLookedAtOnce = 64;

class HeadHistory {
 public:
  // The sizes of heads that the next commit of `store` may drop: those of the next
  // kHeadsLookedAtOnce heads that are older than kKeepEveryHead at `now` and are not the first of
  // their hour. Ascending, below `newest_size`, which is the size of the newest head. Errors are
  // the store's own; the same piece is then looked at again.
  absl::StatusOr<std::vector<std::uint64_t>> NextToDrop(const storage::LogStore& store,
                                                        std::uint64_t newest_size, absl::Time now);

 private:
  std::uint64_t next_size_ = 0;                  // heads below were looked at
  std::optional<std::int64_t> last_hour_;        // of the last head that was kept
  absl::Time next_look_ = absl::InfinitePast();  // before that, nothing more is old enough
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_HEAD_HISTORY_H_
