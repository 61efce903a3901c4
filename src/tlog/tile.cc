#include "sumlog/tlog/tile.h"

#include "base/check.h"

namespace sumlog::tlog {

std::uint64_t LevelSize(std::uint32_t level, std::uint64_t tree_size) {
  return level < kMaxTileLevels ? tree_size >> (kTileHeight * level) : 0;
}

std::uint32_t WidestTile(std::uint32_t level, std::uint64_t index, std::uint64_t tree_size) {
  const std::uint64_t hashes = LevelSize(level, tree_size);
  const std::uint64_t full_tiles = hashes / kFullTileWidth;
  if (index < full_tiles) return kFullTileWidth;
  if (index > full_tiles) return 0;
  return static_cast<std::uint32_t>(hashes % kFullTileWidth);
}

std::vector<TileId> TilesAddedBy(std::uint64_t old_size, std::uint64_t new_size) {
  CHECK(old_size <= new_size);
  std::vector<TileId> tiles;
  for (std::uint32_t level = 0; level < kMaxTileLevels; ++level) {
    const std::uint64_t old_hashes = LevelSize(level, old_size);
    const std::uint64_t new_hashes = LevelSize(level, new_size);
    if (old_hashes == new_hashes) continue;
    const std::uint64_t last = (new_hashes - 1) / kFullTileWidth;
    for (std::uint64_t index = old_hashes / kFullTileWidth; index <= last; ++index) {
      tiles.push_back(
          {.level = level, .index = index, .width = WidestTile(level, index, new_size)});
    }
  }
  return tiles;
}

}  // namespace sumlog::tlog
