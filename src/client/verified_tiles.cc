#include "client/verified_tiles.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/status_macros.h"
#include "sumlog/tlog/authenticated_tiles.h"

namespace sumlog::client {
namespace {

using Tile = std::pair<tlog::TileId, std::vector<tlog::Hash>>;

// Asks the cache and the memory first and remembers what it had to fetch. Lives for one verified
// call.
class CacheFirst final : public tlog::TileReader {
 public:
  CacheFirst(tlog::TileReader& source, TileCache& cache, TileMemory* memory)
      : source_(source), cache_(cache), memory_(memory) {}

  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override {
    std::vector<std::vector<tlog::Hash>> all(tiles.size());
    std::vector<tlog::TileId> missing;
    std::vector<std::size_t> places;  // of the missing ones in `all`
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      ASSIGN_OR_RETURN(std::optional<std::vector<tlog::Hash>> hashes, FindKept(tiles[i]));
      if (hashes.has_value()) {
        all[i] = *std::move(hashes);
      } else {
        missing.push_back(tiles[i]);
        places.push_back(i);
      }
    }
    if (missing.empty()) return all;
    ASSIGN_OR_RETURN(std::vector<std::vector<tlog::Hash>> fetched, source_.ReadTiles(missing));
    CHECK(fetched.size() == missing.size());
    for (std::size_t i = 0; i < missing.size(); ++i) {
      all[places[i]] = fetched[i];
      fetched_.emplace_back(missing[i], std::move(fetched[i]));
    }
    return all;
  }

  // What it had to fetch.
  std::vector<Tile> TakeFetched() { return std::move(fetched_); }

 private:
  absl::StatusOr<std::optional<std::vector<tlog::Hash>>> FindKept(const tlog::TileId& tile) {
    std::optional<std::vector<tlog::Hash>> cached = cache_.Find(tile);
    if (cached.has_value() || memory_ == nullptr) return cached;
    return memory_->Find(tile);
  }

  tlog::TileReader& source_;
  TileCache& cache_;
  TileMemory* const memory_;
  std::vector<Tile> fetched_;
};

// Only what has been verified may come here. The memory goes first: what is in the cache is taken
// to be in the memory, too.
absl::Status KeepAll(std::vector<Tile> tiles, TileCache& cache, TileMemory* memory) {
  for (auto& [tile, hashes] : tiles) {
    if (memory != nullptr) RETURN_IF_ERROR(memory->Keep(tile, hashes));
    cache.Keep(tile, std::move(hashes));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::vector<tlog::Hash>>> VerifiedTiles::ReadTiles(
    absl::Span<const tlog::TileId> tiles) {
  CacheFirst reader(source_, cache_, memory_);
  tlog::AuthenticatedTiles verified(head_, reader);
  ASSIGN_OR_RETURN(std::vector<std::vector<tlog::Hash>> all, verified.ReadTiles(tiles));
  RETURN_IF_ERROR(KeepAll(reader.TakeFetched(), cache_, memory_));
  return all;
}

absl::StatusOr<std::vector<std::vector<tlog::Hash>>> TilesOnTrial::ReadTiles(
    absl::Span<const tlog::TileId> tiles) {
  CacheFirst reader(source_, cache_, memory_);
  tlog::AuthenticatedTiles verified(head_, reader);
  ASSIGN_OR_RETURN(std::vector<std::vector<tlog::Hash>> all, verified.ReadTiles(tiles));
  for (Tile& tile : reader.TakeFetched()) fetched_.push_back(std::move(tile));
  return all;
}

absl::Status TilesOnTrial::Keep() { return KeepAll(std::move(fetched_), cache_, memory_); }

}  // namespace sumlog::client
