#include "client/data_tile.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/tile_bytes.h"

namespace sumlog::client {
namespace {

absl::StatusOr<std::string> Fetch(Fetcher& fetcher, const tlog::TileId& tile) {
  return fetcher.Fetch(absl::StrCat("/", tlog::FormatTilePath(tile)), kMaxDataTileBytes);
}

// Takes them from the front of `bytes`.
std::vector<absl::string_view> TakeWholeRecords(absl::string_view* bytes, std::uint32_t width) {
  std::vector<absl::string_view> texts;
  texts.reserve(width);
  while (texts.size() < width) {
    const std::size_t end = bytes->find("\n\n");
    if (end == absl::string_view::npos) break;
    texts.push_back(bytes->substr(0, end + 1));
    bytes->remove_prefix(end + 2);
  }
  return texts;
}

}  // namespace

std::vector<absl::string_view> WholeRecords(absl::string_view bytes, std::uint32_t width) {
  return TakeWholeRecords(&bytes, width);
}

absl::StatusOr<std::vector<absl::string_view>> ParseDataTile(absl::string_view bytes,
                                                             std::uint32_t width) {
  std::vector<absl::string_view> texts = TakeWholeRecords(&bytes, width);
  if (texts.size() < width && !bytes.empty()) texts.push_back(bytes);
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
