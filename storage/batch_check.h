// The rules that every commit batch must obey, the same for every store.
//
// Pure: no I/O, no locks, no clock. Safe from any thread.

#ifndef SUMLOG_STORAGE_BATCH_CHECK_H_
#define SUMLOG_STORAGE_BATCH_CHECK_H_

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::storage {

// Judges `batch` against the newest head of the store (nullopt: a new store).
//
//   kFailedPrecondition  the newest head is not the one that the batch expects; looked at first
//   kInvalidArgument     the batch contradicts itself or breaks a limit of log_store.h
absl::Status CheckBatch(const CommitBatch& batch, const std::optional<StoredHead>& newest);

// The head as it comes back from a store: its time has microseconds.
StoredHead KeptHead(const StoredHead& head);

// kInvalidArgument when a key or value of small state is over its limit.
absl::Status CheckState(absl::string_view key, const std::optional<std::string>& value);

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_BATCH_CHECK_H_
