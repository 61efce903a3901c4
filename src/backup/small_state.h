// What is kept in a store beside the log: whether it is frozen, blocked versions, tokens.
//
// Thread rule: as the stores.

#ifndef SUMLOG_BACKUP_SMALL_STATE_H_
#define SUMLOG_BACKUP_SMALL_STATE_H_

#include "absl/status/status.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::backup {

// Makes the small state of `to` that of `from`. The stores' own errors; some of it may have been
// taken over then, and the same call goes on.
absl::Status TakeOverSmallState(const storage::LogStore& from, storage::LogStore& to);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_SMALL_STATE_H_
