// Heads that the log has signed before, and that clients may have seen: what a restored database
// must continue.
//
// Thread rule: as the store and the source.

#ifndef SUMLOG_BACKUP_KNOWN_HEADS_H_
#define SUMLOG_BACKUP_KNOWN_HEADS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "backup/record_source.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::backup {

struct KnownHead {
  tlog::SignedTreeHead signed_head;
  std::string name;  // for messages: "the anchor D/anchor"
  absl::Time when;   // it was anchored, or signed
};

// Checks that the tree of `newest`, the newest head of `store`, begins with that of each known head
// that is not larger; and, where `source` (may be null) reaches a larger one, that its tree does.
// Returns the largest of those that are larger: what the store lacks.
//   kDataLoss  two histories are signed; ForkedNotesOf (client/failure_details.h) are the notes
// or the errors of store and source.
absl::StatusOr<std::optional<KnownHead>> FindLacking(absl::Span<const KnownHead> known,
                                                     const tlog::SignedTreeHead& newest,
                                                     const storage::LogStore& store,
                                                     RecordSource* source);

// Checks that the tree of `newest`, the newest head of `store`, and that of the newest head of
// `source` (null: nothing to check) are one beginning of the other. Errors as FindLacking.
absl::Status CheckOneHistory(const tlog::SignedTreeHead& newest, const storage::LogStore& store,
                             RecordSource* source);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_KNOWN_HEADS_H_
