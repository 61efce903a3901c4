#include "client/tile_fetcher.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace sumlog::client {
namespace {

std::string UrlPath(const tlog::TileId& tile) {
  return absl::StrCat("/", tlog::FormatTilePath(tile));
}

// The first `width` hashes of a tile's bytes, which must be those of exactly `tile`.
absl::StatusOr<std::vector<tlog::Hash>> ParseTile(const tlog::TileId& tile, absl::string_view bytes,
                                                  std::size_t width) {
  const std::size_t want = tile.width * tlog::kHashSizeBytes;
  if (bytes.size() != want) {
    return absl::InvalidArgumentError(absl::StrCat("GET ", UrlPath(tile), ": answer is of ",
                                                   bytes.size(), " bytes, want ", want));
  }
  std::vector<tlog::Hash> hashes(width);
  for (std::size_t i = 0; i < width; ++i) {
    const absl::string_view hash = bytes.substr(i * tlog::kHashSizeBytes, tlog::kHashSizeBytes);
    std::copy(hash.begin(), hash.end(), hashes[i].begin());
  }
  return hashes;
}

}  // namespace

absl::StatusOr<std::vector<tlog::Hash>> TileFetcher::ReadTile(const tlog::TileId& tile) {
  tlog::TileId asked = tile;
  absl::StatusOr<std::string> bytes =
      fetcher_.Fetch(UrlPath(asked), asked.width * tlog::kHashSizeBytes);
  if (absl::IsNotFound(bytes.status()) && tile.width < tlog::kFullTileWidth) {
    asked.width = tlog::kFullTileWidth;
    bytes = fetcher_.Fetch(UrlPath(asked), asked.width * tlog::kHashSizeBytes);
  }
  if (absl::IsNotFound(bytes.status())) {
    // Not kNotFound: a tree that is signed has all its tiles, so this says nothing about a module.
    return absl::UnavailableError(absl::StrCat("the server does not have tile ",
                                               tlog::FormatTilePath(tile),
                                               " of a tree it signed: ", bytes.status().message()));
  }
  RETURN_IF_ERROR(bytes.status());
  return ParseTile(asked, *bytes, tile.width);
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
