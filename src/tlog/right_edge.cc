#include "tlog/right_edge.h"

#include <cstddef>
#include <optional>

#include "tlog/subtree.h"

namespace sumlog::tlog {

std::vector<TileId> RightEdgeTiles(std::uint64_t tree_size) {
  std::vector<TileId> tiles;
  for (std::uint32_t level = 0; level < kMaxTileLevels; ++level) {
    const std::uint64_t index = LevelSize(level, tree_size) / kFullTileWidth;
    const std::uint32_t width = WidestTile(level, index, tree_size);
    if (width > 0) tiles.push_back({.level = level, .index = index, .width = width});
  }
  return tiles;
}

Hash RootOfRightEdge(absl::Span<const std::vector<Hash>> partial_tiles) {
  std::optional<Hash> root;
  for (const std::vector<Hash>& tile : partial_tiles) {
    // From the right: the narrowest perfect subtree first, each bit of the width being one.
    absl::Span<const Hash> rest = tile;
    while (!rest.empty()) {
      const std::size_t count = rest.size() & (~rest.size() + 1);
      const Hash subtree = PerfectRoot(rest.last(count));
      root = root.has_value() ? NodeHash(subtree, *root) : subtree;
      rest.remove_suffix(count);
    }
  }
  return root.value_or(EmptyRoot());
}

}  // namespace sumlog::tlog
