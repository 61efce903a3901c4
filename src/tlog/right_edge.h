// The right edge of a tree: the partial tile at the end of each level.
//
// Together these tiles hold each perfect subtree of the tree exactly once, so that every one of
// their hashes takes part in the root: who has checked the root has checked the whole edge.
//
// Pure; safe from any thread.

#ifndef SUMLOG_TLOG_RIGHT_EDGE_H_
#define SUMLOG_TLOG_RIGHT_EDGE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::tlog {

// The partial tiles of a tree of `tree_size` records, lowest level first; a level that ends with a
// full tile has none. At most kMaxTileLevels tiles; none only for the empty tree.
std::vector<TileId> RightEdgeTiles(std::uint64_t tree_size);

// The root of a tree from the hashes of its partial tiles, lowest level first. Each has 0 (a level
// without partial tile) to 255 hashes. All of them empty: EmptyRoot().
Hash RootOfRightEdge(absl::Span<const std::vector<Hash>> partial_tiles);

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_RIGHT_EDGE_H_
