// What a log checks before it signs or serves: its own newest head, and that head against the
// anchor.
//
// Cost: O(1), a tile per level; never the tree.
//
// Thread rule: before the log runs; reads the store, may write the anchor.

#ifndef SUMLOG_LOG_HEAD_CHECK_H_
#define SUMLOG_LOG_HEAD_CHECK_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "log/anchor.h"
#include "log/published_head.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::log {

// The newest head of `store` with its edge, checked: signed by a key of `keys`, of the size that
// the store says, and the edge hashes to its root.
//   kNotFound  a store without a first head
//   kDataLoss  anything else that is wrong with it
// or the store's own errors.
absl::StatusOr<PublishedHead> LoadNewestHead(const storage::LogStore& store,
                                             absl::Span<const tlog::VerifierKey> keys);

// The same of `stored`, a signed head that `store` keeps.
absl::StatusOr<PublishedHead> LoadHead(const storage::LogStore& store,
                                       const storage::StoredHead& stored,
                                       absl::Span<const tlog::VerifierKey> keys);

// Says that the anchor at `path`, of whose two slots one is whole and of `anchored_size`, vouches
// for no log that has no more records than that: kFailedPrecondition.
absl::Status HalfAnAnchor(absl::string_view path, std::uint64_t anchored_size);

// The head in the anchor, opened with `keys`. Status codes as OriginLog::Open.
absl::StatusOr<tlog::SignedTreeHead> OpenAnchoredHead(const Anchor& anchor,
                                                      absl::Span<const tlog::VerifierKey> keys);

// Checks that `newest`, the head of `store`, extends the anchored one. Writes nothing. Status codes
// as OriginLog::Open.
absl::Status CheckAgainstAnchor(const PublishedHead& newest, const storage::LogStore& store,
                                absl::Span<const tlog::VerifierKey> keys, const Anchor& anchor);

// The same, and then stores `newest` in the anchor when that is behind or holds another note of the
// same head. Status codes as OriginLog::Open.
absl::Status ReconcileAnchor(const PublishedHead& newest, const storage::LogStore& store,
                             absl::Span<const tlog::VerifierKey> keys, Anchor& anchor);

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_HEAD_CHECK_H_
