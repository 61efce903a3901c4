// What a database is marked with while it lacks records that clients have seen: it is frozen.
//
// Thread rule: as the store.

#ifndef SUMLOG_BACKUP_LACKING_RECORDS_H_
#define SUMLOG_BACKUP_LACKING_RECORDS_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::backup {

// Who has frozen a log that a restore left behind its anchor: no grant can be named so.
inline constexpr char kRestoreWho[] = "sumlog restore";

// Freezes the log of `size` records when it lacks those up to `lacking`, and thaws it when it lacks
// nothing any more. What an operator has decided stays. The store's own errors.
absl::Status FreezeIfLacking(std::uint64_t size, const std::optional<tlog::TreeHead>& lacking,
                             absl::Time now, storage::LogStore& store);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_LACKING_RECORDS_H_
