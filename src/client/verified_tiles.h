// Verified tiles of one tree: from the cache where it has them, otherwise fetched, and all checked.
//
// Safe from any thread.

#ifndef SUMLOG_CLIENT_VERIFIED_TILES_H_
#define SUMLOG_CLIENT_VERIFIED_TILES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/tile_cache.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::client {

class VerifiedTiles final : public tlog::TileReader {
 public:
  // Keeps references to `source` (unverified tiles) and `cache`, which must outlive this object.
  VerifiedTiles(const tlog::TreeHead& head, tlog::TileReader& source, TileCache& cache)
      : head_(head), source_(source), cache_(cache) {}

  // Status codes as tlog::AuthenticatedTiles and the source. Tiles enter the cache only after the
  // whole call has been verified, so a bad answer is never met twice.
  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override;

 private:
  const tlog::TreeHead head_;
  tlog::TileReader& source_;
  TileCache& cache_;
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_VERIFIED_TILES_H_
