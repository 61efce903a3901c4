#include "mirror/store_files.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/damage.h"
#include "base/status_macros.h"
#include "log/data_tile_body.h"
#include "log/store_tiles.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::mirror {

absl::StatusOr<std::string> StoreFiles::Fetch(absl::string_view path, std::size_t max_bytes) {
  ASSIGN_OR_RETURN(std::string file, ReadFile(path));
  if (file.size() <= max_bytes) return file;
  return absl::ResourceExhaustedError(
      absl::StrCat(path, " has ", file.size(), " bytes, want at most ", max_bytes));
}

absl::StatusOr<std::string> StoreFiles::ReadFile(absl::string_view path) const {
  if (path == "/latest") return head_.note;
  const absl::Status absent =
      absl::NotFoundError(absl::StrCat("the tree of ", head_.size, " records has no file ", path));
  if (!absl::ConsumePrefix(&path, "/")) return absent;
  const absl::StatusOr<tlog::TileId> tile = tlog::ParseTilePath(path);
  if (!tile.ok() || tlog::WidestTile(tile->level, tile->index, head_.size) < tile->width) {
    return absent;
  }
  if (tile->kind == tlog::TileId::Kind::kHash) {
    ASSIGN_OR_RETURN(const std::vector<tlog::Hash> hashes, log::ReadStoredTile(store_, *tile));
    return std::string(tlog::HashesAsBytes(hashes));
  }
  ASSIGN_OR_RETURN(const storage::PackedTexts texts, store_.DataTile(tile->index));
  if (texts.size() < tile->width) {
    return DamagedData(
        absl::StrCat(path, " has ", texts.size(), " records in the database, want ", tile->width));
  }
  return log::DataTileBody(texts, tile->width);
}

}  // namespace sumlog::mirror
