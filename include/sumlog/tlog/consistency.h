// Consistency proofs: "the newer tree begins with the whole older one".
//
// Pure: no I/O of its own, no locks, no clock. Safe from any thread.
// Spec: RFC 6962 section 2.1.2, RFC 9162 section 2.1.4.2. The order of hashes is that of
// golang.org/x/mod/sumdb/tlog.TreeProof: a proof made here verifies there and the reverse.

#ifndef SUMLOG_TLOG_CONSISTENCY_H_
#define SUMLOG_TLOG_CONSISTENCY_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::tlog {

// Checks that the tree of `newer` begins with all records of `older`.
//
//   path  empty if and only if the sizes are equal or older.size is 0; at most 64 hashes.
//
// Returns OK when the proof holds, otherwise:
//   kInvalidArgument  older.size > newer.size: the question makes no sense.
//   kDataLoss         the path does not lead from one root to the other: evidence of a fork.
//
// Every tree extends the empty one; an older.size of 0 demands the empty root.
absl::Status VerifyConsistency(const TreeHead& older, const TreeHead& newer,
                               absl::Span<const Hash> path);

struct ConsistencyQuery {
  std::uint64_t old_size = 0;  // must not be above new_size
  std::uint64_t new_size = 0;
};

// Makes the path that VerifyConsistency accepts. `tiles` must hold the tree of `new_size` records.
// kInvalidArgument when old_size > new_size; otherwise the reader's own errors.
absl::StatusOr<std::vector<Hash>> ProveConsistency(const ConsistencyQuery& query,
                                                   TileReader& tiles);

// The root of the first `size` records, from tiles. Cost: one tile per level.
absl::StatusOr<Hash> RootFromTiles(std::uint64_t size, TileReader& tiles);

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_CONSISTENCY_H_
