#include "log/store_tiles.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/damage.h"
#include "base/status_macros.h"

namespace sumlog::log {

absl::StatusOr<std::vector<tlog::Hash>> ReadStoredTile(const storage::LogStore& store,
                                                       const tlog::TileId& tile) {
  if (tile.kind != tlog::TileId::Kind::kHash || tile.width == 0 ||
      tile.width > tlog::kFullTileWidth) {
    return absl::InvalidArgumentError(
        absl::StrCat(tile.kind == tlog::TileId::Kind::kHash ? "hash" : "data", " tile of width ",
                     tile.width, ", want a hash tile of width 1 to 256"));
  }
  absl::StatusOr<std::vector<tlog::Hash>> hashes = store.HashTile(tile.level, tile.index);
  if (absl::IsNotFound(hashes.status())) {
    return DamagedData(
        absl::StrCat("hash tile ", FormatTilePath(tile), " is missing in the store"));
  }
  RETURN_IF_ERROR(hashes.status());
  if (hashes->size() < tile.width) {
    return DamagedData(absl::StrCat("hash tile ", FormatTilePath(tile), " has ", hashes->size(),
                                    " hashes in the store, want ", tile.width));
  }
  hashes->resize(tile.width);
  return hashes;
}

absl::StatusOr<std::vector<std::vector<tlog::Hash>>> StoreTiles::ReadTiles(
    absl::Span<const tlog::TileId> tiles) {
  std::vector<std::vector<tlog::Hash>> read;
  read.reserve(tiles.size());
  for (const tlog::TileId& tile : tiles) {
    ASSIGN_OR_RETURN(std::vector<tlog::Hash> hashes, ReadStoredTile(store_, tile));
    read.push_back(std::move(hashes));
  }
  return read;
}

}  // namespace sumlog::log
