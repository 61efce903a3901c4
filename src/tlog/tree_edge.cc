#include "sumlog/tlog/tree_edge.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/status_macros.h"
#include "tlog/right_edge.h"
#include "tlog/subtree.h"

namespace sumlog::tlog {
namespace {

// Appends `hashes` to the level whose last tile is `tile` and holds `*partial`. Leaves the new last
// tile in `*partial`, adds to `*growth` and returns the roots of the tiles that became full.
std::vector<Hash> AppendToLevel(TileId tile, absl::Span<const Hash> hashes,
                                std::vector<Hash>* partial, std::vector<TileGrowth>* growth) {
  std::vector<Hash> full_tile_roots;
  while (!hashes.empty()) {
    const std::size_t room = kFullTileWidth - partial->size();
    const absl::Span<const Hash> taken = hashes.first(std::min(room, hashes.size()));
    hashes.remove_prefix(taken.size());
    growth->push_back({.level = tile.level,
                       .index = tile.index,
                       .first = static_cast<std::uint32_t>(partial->size()),
                       .hashes = std::vector<Hash>(taken.begin(), taken.end())});
    partial->insert(partial->end(), taken.begin(), taken.end());
    if (partial->size() == kFullTileWidth) {
      full_tile_roots.push_back(PerfectRoot(*partial));
      partial->clear();
      ++tile.index;
    }
  }
  return full_tile_roots;
}

}  // namespace

absl::StatusOr<TreeEdge> TreeEdge::Load(std::uint64_t size, TileReader& tiles) {
  TreeEdge edge;
  if (size == 0) return edge;
  const std::vector<TileId> wanted = RightEdgeTiles(size);
  ASSIGN_OR_RETURN(std::vector<std::vector<Hash>> read, ReadTilesChecked(wanted, tiles));
  edge.size_ = size;
  edge.partial_.resize(wanted.back().level + 1);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    edge.partial_[wanted[i].level] = std::move(read[i]);
  }
  return edge;
}

absl::Span<const Hash> TreeEdge::PartialTile(std::uint32_t level) const {
  if (level >= partial_.size()) return {};
  return partial_[level];
}

Hash TreeEdge::Root() const { return RootOfRightEdge(partial_); }

std::vector<TileGrowth> TreeEdge::Append(absl::Span<const Hash> leaves) {
  std::vector<TileGrowth> growth;
  std::vector<Hash> hashes(leaves.begin(), leaves.end());
  for (std::uint32_t level = 0; !hashes.empty(); ++level) {
    if (level == partial_.size()) partial_.emplace_back();
    const std::uint64_t index = LevelSize(level, size_) / kFullTileWidth;
    hashes = AppendToLevel({.level = level, .index = index}, hashes, &partial_[level], &growth);
  }
  size_ += leaves.size();
  return growth;
}

}  // namespace sumlog::tlog
