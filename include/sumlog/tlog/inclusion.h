// Inclusion proofs: "record N is in the tree with this root".
//
// Pure: no I/O of its own, no locks, no clock. Safe from any thread.
// Spec: RFC 6962 section 2.1.1 (Merkle audit paths). The order of hashes, leaf first, is that of
// golang.org/x/mod/sumdb/tlog.RecordProof, so a proof made here verifies there and the reverse.

#ifndef SUMLOG_TLOG_INCLUSION_H_
#define SUMLOG_TLOG_INCLUSION_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::tlog {

// Checks that the record hashed to `leaf` is record number `index` of `head`.
//
//   index  0-based position of the record; must satisfy index < head.size.
//   leaf   LeafHash(record), never the record itself.
//   path   sibling hashes from the leaf up to just below the root, at most 64 of them;
//          empty if and only if head.size == 1.
//
// Returns OK when the proof holds, otherwise:
//   kInvalidArgument  index >= head.size: the question makes no sense.
//   kDataLoss         the path has the wrong length or leads to another root. This is evidence
//                     that the log, or someone between us and it, misbehaved. Do not retry.
//
// Cost: one SHA-256 per hash in `path`, no allocation on success.
absl::Status VerifyInclusion(const TreeHead& head, std::uint64_t index, const Hash& leaf,
                             absl::Span<const Hash> path);

struct InclusionQuery {
  std::uint64_t index = 0;      // 0-based record number; must be below tree_size
  std::uint64_t tree_size = 0;  // records in the tree that the proof is for
};

// Makes the path that VerifyInclusion accepts. `tiles` must hold the tree of `tree_size` records.
// kInvalidArgument when index >= tree_size; otherwise the reader's own errors.
// Cost: one ReadTiles call of at most 2 tiles per level, then at most 256 hashes per tile.
absl::StatusOr<std::vector<Hash>> ProveInclusion(const InclusionQuery& query, TileReader& tiles);

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_INCLUSION_H_
