#include "client/data_tile.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/tile_bytes.h"

namespace sumlog::client {
namespace {

absl::StatusOr<std::string> Fetch(Fetcher& fetcher, const tlog::TileId& tile) {
  return fetcher.Fetch(absl::StrCat("/", tlog::FormatTilePath(tile)), kMaxDataTileBytes);
}

}  // namespace

absl::StatusOr<std::vector<absl::string_view>> ParseDataTile(absl::string_view bytes,
                                                             std::uint32_t width) {
  std::vector<absl::string_view> texts;
  texts.reserve(width);
  while (texts.size() < width && !bytes.empty()) {
    const std::size_t end = bytes.find("\n\n");
    if (end == absl::string_view::npos) {
      texts.push_back(bytes);
      break;
    }
    texts.push_back(bytes.substr(0, end + 1));
    bytes.remove_prefix(end + 2);
  }
  if (texts.size() != width) {
    return absl::UnavailableError(absl::StrCat("has ", texts.size(), " records, want ", width));
  }
  if (width > 0 && !absl::EndsWith(texts.back(), "\n")) {
    return absl::UnavailableError(
        absl::StrCat("ends within its record ", width - 1, " of ", width));
  }
  return texts;
}

absl::StatusOr<std::string> FetchDataTile(Fetcher& fetcher, std::uint64_t index,
                                          std::uint32_t width) {
  tlog::TileId tile{.kind = tlog::TileId::Kind::kData, .index = index, .width = width};
  absl::StatusOr<std::string> bytes = Fetch(fetcher, tile);
  if (absl::IsNotFound(bytes.status()) && width < tlog::kFullTileWidth) {
    tile.width = tlog::kFullTileWidth;
    bytes = Fetch(fetcher, tile);
  }
  if (bytes.ok()) return bytes;
  return TileNotGiven(tile, bytes.status());
}

}  // namespace sumlog::client
