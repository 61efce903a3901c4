// The hash tiles of a store, for proofs and for loading a right edge.
//
// Believes the store about hashes, not about widths: a store that holds less than it was asked for
// is damaged, since a caller asks below a signed head only.
//
// Thread rule: as LogStore's readers.

#ifndef SUMLOG_LOG_STORE_TILES_H_
#define SUMLOG_LOG_STORE_TILES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"
#include "sumlog/tlog/tile_reader.h"

namespace sumlog::log {

// Exactly tile.width hashes of a hash tile that a signed head covers.
//   kInvalidArgument  a data tile, or a width outside 1 to 256
//   kDataLoss         the store has fewer hashes, or no such tile
// or the store's own errors.
absl::StatusOr<std::vector<tlog::Hash>> ReadStoredTile(const storage::LogStore& store,
                                                       const tlog::TileId& tile);

class StoreTiles final : public tlog::TileReader {
 public:
  // Keeps a reference to `store`, which must outlive this object.
  explicit StoreTiles(const storage::LogStore& store) : store_(store) {}

  // Status codes as ReadStoredTile.
  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override;

 private:
  const storage::LogStore& store_;
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_STORE_TILES_H_
