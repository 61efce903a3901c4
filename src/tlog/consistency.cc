#include "sumlog/tlog/consistency.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "sumlog/tlog/node_reader.h"
#include "tlog/right_edge.h"
#include "tlog/subtree.h"

namespace sumlog::tlog {
namespace {

absl::Status CheckOrder(const ConsistencyQuery& query) {
  if (query.old_size <= query.new_size) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("older tree has ", query.old_size,
                                                 " records, the newer one only ", query.new_size));
}

absl::Status Contradiction(const TreeHead& older, const TreeHead& newer, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("consistency proof from ", older.size, " to ", newer.size, " records ", what));
}

// The cases in which nothing needs a proof: an empty older tree, or twice the same size.
absl::Status VerifyWithoutPath(const TreeHead& older, const TreeHead& newer,
                               absl::Span<const Hash> path) {
  if (!path.empty()) {
    return Contradiction(older, newer, absl::StrCat("has ", path.size(), " hashes, want none"));
  }
  if (older.size == 0 && older.root != EmptyRoot()) {
    return absl::DataLossError("tree of no records has another root than the empty one");
  }
  if (older.size == newer.size && older.root != newer.root) {
    return absl::DataLossError(absl::StrCat("two different roots for ", older.size, " records"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status VerifyConsistency(const TreeHead& older, const TreeHead& newer,
                               absl::Span<const Hash> path) {
  RETURN_IF_ERROR(CheckOrder({.old_size = older.size, .new_size = newer.size}));
  if (older.size == 0 || older.size == newer.size) return VerifyWithoutPath(older, newer, path);

  // Begin at the last perfect subtree of the older tree: its hash is the first of the path, unless
  // it is the whole older tree, whose hash the verifier knows. At every level, `node` is the number
  // of the node at the older tree's right edge and `last` that of the newer tree's.
  const int height = std::countr_zero(older.size);
  std::uint64_t node = (older.size - 1) >> height;
  std::uint64_t last = (newer.size - 1) >> height;
  Hash old_hash = older.root;
  if (!std::has_single_bit(older.size)) {
    if (path.empty()) return Contradiction(older, newer, "is empty");
    old_hash = path.front();
    path.remove_prefix(1);
  }
  Hash new_hash = old_hash;

  for (const Hash& sibling : path) {
    if (last == 0) return Contradiction(older, newer, "climbs above the root");
    // As in VerifyInclusion, a right-most node without a right sibling rises unchanged.
    while (node == last && node % 2 == 0) {
      node /= 2;
      last /= 2;
    }
    if (node % 2 == 1) {
      // A left sibling is part of both trees, a right one only of the newer.
      old_hash = NodeHash(sibling, old_hash);
      new_hash = NodeHash(sibling, new_hash);
    } else {
      new_hash = NodeHash(new_hash, sibling);
    }
    node /= 2;
    last /= 2;
  }

  if (last != 0) return Contradiction(older, newer, "stops below the root");
  if (old_hash != older.root) return Contradiction(older, newer, "leads to another old root");
  if (new_hash != newer.root) return Contradiction(older, newer, "leads to another new root");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Hash>> ProveConsistency(const ConsistencyQuery& query,
                                                   TileReader& tiles) {
  NodesFromTiles nodes(query.new_size, tiles);
  return ProveConsistency(query, nodes);
}

absl::StatusOr<std::vector<Hash>> ProveConsistency(const ConsistencyQuery& query,
                                                   NodeReader& nodes) {
  RETURN_IF_ERROR(CheckOrder(query));
  if (query.old_size == 0 || query.old_size == query.new_size) return std::vector<Hash>();
  // Walk down from the root to the subtree that ends with the older tree's last record and keep, at
  // each fork, the side not taken.
  std::vector<RecordRange> needed;
  RecordRange range = {.begin = 0, .end = query.new_size};
  while (range.end != query.old_size) {
    const std::uint64_t middle = range.begin + SplitPoint(range.end - range.begin);
    if (query.old_size <= middle) {
      needed.push_back({.begin = middle, .end = range.end});
      range.end = middle;
    } else {
      needed.push_back({.begin = range.begin, .end = middle});
      range.begin = middle;
    }
  }
  // The subtree itself, unless it is the whole older tree.
  if (range.begin != 0) needed.push_back(range);
  std::reverse(needed.begin(), needed.end());
  return RangeRoots(needed, nodes);
}

absl::StatusOr<Hash> RootFromTiles(std::uint64_t size, TileReader& tiles) {
  if (size == 0) return EmptyRoot();
  ASSIGN_OR_RETURN(const std::vector<std::vector<Hash>> edge,
                   ReadTilesChecked(RightEdgeTiles(size), tiles));
  return RootOfRightEdge(edge);
}

absl::StatusOr<Hash> RootFromNodes(std::uint64_t size, NodeReader& nodes) {
  if (size == 0) return EmptyRoot();
  const RecordRange all = {.begin = 0, .end = size};
  ASSIGN_OR_RETURN(const std::vector<Hash> roots, RangeRoots(absl::MakeConstSpan(&all, 1), nodes));
  return roots.front();
}

}  // namespace sumlog::tlog
