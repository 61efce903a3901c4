// Whether a log takes records, as it is kept in its store: across restarts, and in its backups.
//
// Thread rule: as LogStore.

#ifndef SUMLOG_LOG_FROZEN_STATE_H_
#define SUMLOG_LOG_FROZEN_STATE_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/decision.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::log {

// Why a log takes no records.
using FrozenState = Decision;

// Nothing: it takes records. kDataLoss: what is kept is damaged; or the store's own errors.
absl::StatusOr<std::optional<FrozenState>> LoadFrozenState(const storage::LogStore& store);

// Keeps `state`, or that there is none. kInvalidArgument: not a decision; or the store's own
// errors.
absl::Status KeepFrozenState(const std::optional<FrozenState>& state, storage::LogStore& store);

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_FROZEN_STATE_H_
