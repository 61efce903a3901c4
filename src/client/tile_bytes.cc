#include "client/tile_bytes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::client {

absl::Status WrongTileSize(const tlog::TileId& tile, const std::string& got) {
  return absl::DataLossError(absl::StrCat(tlog::FormatTilePath(tile), " of a signed tree is of ",
                                          got, " bytes, want ", tile.width * tlog::kHashSizeBytes));
}

absl::Status TileNotGiven(const tlog::TileId& tile, const absl::Status& failure) {
  const absl::Status status =
      absl::UnavailableError(absl::StrCat("the server does not give ", tlog::FormatTilePath(tile),
                                          " of a tree it signed: ", failure.message()));
  return WithRetryAfter(WithServerText(status, ServerTextOf(failure)), RetryAfterOf(failure));
}

absl::StatusOr<std::vector<tlog::Hash>> ParseTile(const tlog::TileId& tile, absl::string_view bytes,
                                                  std::size_t width) {
  if (bytes.size() != tile.width * tlog::kHashSizeBytes) {
    return WrongTileSize(tile, absl::StrCat(bytes.size()));
  }
  std::vector<tlog::Hash> hashes(width);
  for (std::size_t i = 0; i < width; ++i) {
    const absl::string_view hash = bytes.substr(i * tlog::kHashSizeBytes, tlog::kHashSizeBytes);
    std::copy(hash.begin(), hash.end(), hashes[i].begin());
  }
  return hashes;
}

}  // namespace sumlog::client
