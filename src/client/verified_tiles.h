// Verified tiles of one tree: from the cache or the memory where they have them, otherwise fetched,
// and all checked.

#ifndef SUMLOG_CLIENT_VERIFIED_TILES_H_
#define SUMLOG_CLIENT_VERIFIED_TILES_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/tile_cache.h"
#include "sumlog/client/tile_memory.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::client {

// Keeps what it fetches, in cache and memory. Safe from any thread.
class VerifiedTiles final : public tlog::TileReader {
 public:
  // Keeps references to `source` (unverified tiles), `cache` and `memory` (may be null), which must
  // outlive this object.
  VerifiedTiles(const tlog::TreeHead& head, tlog::TileReader& source, TileCache& cache,
                TileMemory* memory = nullptr)
      : head_(head), source_(source), cache_(cache), memory_(memory) {}

  // Status codes as tlog::AuthenticatedTiles, the source and the memory. Tiles are kept only after
  // the whole call has been verified, so a bad answer is never met twice.
  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override;

 private:
  const tlog::TreeHead head_;
  tlog::TileReader& source_;
  TileCache& cache_;
  TileMemory* const memory_;
};

// The same for a head that may yet turn out to be of another history: keeps nothing before it is
// told to. Owned by one thread.
class TilesOnTrial final : public tlog::TileReader {
 public:
  // As VerifiedTiles.
  TilesOnTrial(const tlog::TreeHead& head, tlog::TileReader& source, TileCache& cache,
               TileMemory* memory)
      : head_(head), source_(source), cache_(cache), memory_(memory) {}

  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override;

  // Keeps what was fetched. The memory's own errors.
  absl::Status Keep();

 private:
  const tlog::TreeHead head_;
  tlog::TileReader& source_;
  TileCache& cache_;
  TileMemory* const memory_;
  std::vector<std::pair<tlog::TileId, std::vector<tlog::Hash>>> fetched_;
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_VERIFIED_TILES_H_
