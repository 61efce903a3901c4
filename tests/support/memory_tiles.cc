#include "support/memory_tiles.h"

#include "absl/strings/str_cat.h"
#include "support/reference_tree.h"

namespace sumlog::tlog {

MemoryTiles::MemoryTiles(absl::Span<const Hash> leaves) {
  levels_.emplace_back(leaves.begin(), leaves.end());
  while (levels_.back().size() >= kFullTileWidth) {
    const absl::Span<const Hash> below = levels_.back();
    std::vector<Hash> level;
    for (std::size_t first = 0; first + kFullTileWidth <= below.size(); first += kFullTileWidth) {
      level.push_back(ReferenceRoot(below.subspan(first, kFullTileWidth)));
    }
    levels_.push_back(std::move(level));
  }
}

absl::StatusOr<std::vector<std::vector<Hash>>> MemoryTiles::ReadTiles(
    absl::Span<const TileId> tiles) {
  ++call_count_;
  if (!failure_.ok()) return failure_;
  std::vector<std::vector<Hash>> answer;
  for (const TileId& tile : tiles) {
    tiles_read_.push_back(tile);
    const std::uint64_t first = tile.index * kFullTileWidth;
    if (tile.kind != TileId::Kind::kHash || tile.level >= levels_.size() ||
        first + tile.width > levels_[tile.level].size()) {
      return absl::NotFoundError(absl::StrCat("no ", FormatTilePath(tile), " in the tree"));
    }
    const absl::Span<const Hash> level = levels_[tile.level];
    const absl::Span<const Hash> hashes = level.subspan(first, tile.width);
    answer.emplace_back(hashes.begin(), hashes.end());
  }
  return answer;
}

void MemoryTiles::FlipBit(std::uint32_t level, std::uint64_t position) {
  levels_.at(level).at(position)[0] ^= 0x80;
}

}  // namespace sumlog::tlog
