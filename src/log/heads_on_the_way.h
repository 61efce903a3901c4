// Heads without a note: what stands for records that came in pieces.
//
// Whoever takes over a tree that another has signed commits it in pieces, and nobody has signed a
// tree of the size where a piece ends. Such a head keeps the pieces, so that an interrupted work
// goes on; it is never served, and goes when the signed head is reached.
//
// Safe from any thread, but for one writer of the store at a time.

#ifndef SUMLOG_LOG_HEADS_ON_THE_WAY_H_
#define SUMLOG_LOG_HEADS_ON_THE_WAY_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::log {

inline bool IsOnTheWay(const storage::StoredHead& head) { return head.note.empty(); }

// The newest head that somebody has signed; nullopt: there is none. The store's own errors.
absl::StatusOr<std::optional<storage::StoredHead>> NewestSigned(const storage::LogStore& store);

// Drops the heads on the way between `from` and the newest head, which itself stays. The store's
// own errors.
absl::Status DropHeadsOnTheWay(storage::LogStore& store, std::uint64_t from);

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_HEADS_ON_THE_WAY_H_
