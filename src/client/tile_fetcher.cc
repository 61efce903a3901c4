#include "client/tile_fetcher.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/tile_bytes.h"

namespace sumlog::client {
namespace {

std::string UrlPath(const tlog::TileId& tile) {
  return absl::StrCat("/", tlog::FormatTilePath(tile));
}

// More than any tile has, so that what a wrong tile holds comes in: it is evidence.
constexpr std::size_t kMaxAnswerBytes = 2 * tlog::kFullTileWidth * tlog::kHashSizeBytes;

}  // namespace

absl::StatusOr<std::vector<tlog::Hash>> TileFetcher::ReadTile(const tlog::TileId& tile) {
  tlog::TileId asked = tile;
  absl::StatusOr<std::string> bytes = fetcher_.Fetch(UrlPath(asked), kMaxAnswerBytes);
  if (absl::IsNotFound(bytes.status()) && tile.width < tlog::kFullTileWidth) {
    asked.width = tlog::kFullTileWidth;
    bytes = fetcher_.Fetch(UrlPath(asked), kMaxAnswerBytes);
  }
  if (bytes.ok()) return ParseTile(asked, *bytes, tile.width);
  if (absl::IsResourceExhausted(bytes.status())) {
    return WrongTileSize(asked, absl::StrCat("more than ", kMaxAnswerBytes));
  }
  return TileNotGiven(tile, bytes.status());
}

absl::StatusOr<std::vector<std::vector<tlog::Hash>>> TileFetcher::ReadTiles(
    absl::Span<const tlog::TileId> tiles) {
  std::vector<std::vector<tlog::Hash>> all;
  all.reserve(tiles.size());
  for (const tlog::TileId& tile : tiles) {
    ASSIGN_OR_RETURN(std::vector<tlog::Hash> hashes, ReadTile(tile));
    all.push_back(std::move(hashes));
  }
  return all;
}

}  // namespace sumlog::client
