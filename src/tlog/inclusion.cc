#include "sumlog/tlog/inclusion.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "sumlog/tlog/node_reader.h"
#include "tlog/subtree.h"

namespace sumlog::tlog {
namespace {

absl::Status CheckIndex(const InclusionQuery& query) {
  if (query.index < query.tree_size) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "record index ", query.index, " is outside a tree of ", query.tree_size, " records"));
}

}  // namespace

absl::Status VerifyInclusion(const TreeHead& head, std::uint64_t index, const Hash& leaf,
                             absl::Span<const Hash> path) {
  RETURN_IF_ERROR(CheckIndex({.index = index, .tree_size = head.size}));

  // Climb from the leaf. At every level, `node` is the number of the node that holds our record
  // and `last` the number of the right-most node; the root is the level where `last` is 0.
  std::uint64_t node = index;
  std::uint64_t last = head.size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : path) {
    if (last == 0) {
      return absl::DataLossError(absl::StrCat("inclusion proof climbs above the root: ",
                                              path.size(), " hashes for ", head.size, " records"));
    }
    // A right-most node without a right sibling rises unchanged until it is somebody's right child,
    // so those levels use up no hash of the proof.
    while (node == last && node % 2 == 0) {
      node /= 2;
      last /= 2;
    }
    hash = (node % 2 == 1) ? NodeHash(sibling, hash) : NodeHash(hash, sibling);
    node /= 2;
    last /= 2;
  }

  if (last != 0) {
    return absl::DataLossError(
        absl::StrCat("inclusion proof stops below the root after ", path.size(), " hashes"));
  }
  if (hash != head.root) {
    return absl::DataLossError(
        absl::StrCat("inclusion proof for record ", index, " leads to another root"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Hash>> ProveInclusion(const InclusionQuery& query, TileReader& tiles) {
  NodesFromTiles nodes(query.tree_size, tiles);
  return ProveInclusion(query, nodes);
}

absl::StatusOr<std::vector<Hash>> ProveInclusion(const InclusionQuery& query, NodeReader& nodes) {
  RETURN_IF_ERROR(CheckIndex(query));
  // Walk down from the root to the record and keep, at each fork, the side not taken.
  std::vector<RecordRange> siblings;
  RecordRange range = {.begin = 0, .end = query.tree_size};
  while (range.end - range.begin > 1) {
    const std::uint64_t middle = range.begin + SplitPoint(range.end - range.begin);
    if (query.index < middle) {
      siblings.push_back({.begin = middle, .end = range.end});
      range.end = middle;
    } else {
      siblings.push_back({.begin = range.begin, .end = middle});
      range.begin = middle;
    }
  }
  std::reverse(siblings.begin(), siblings.end());
  return RangeRoots(siblings, nodes);
}

}  // namespace sumlog::tlog
