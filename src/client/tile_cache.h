// Verified hash tiles in memory, so that one lookup after another asks for little.
//
// Bounded: two generations of kTilesPerGeneration tiles each, at most 8 MiB in all. A tile that is
// used moves to the young generation; when that is full, the old one is dropped as a whole.
//
// Safe from any thread.

#ifndef SUMLOG_CLIENT_TILE_CACHE_H_
#define SUMLOG_CLIENT_TILE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::client {

class TileCache {
 public:
  static constexpr std::size_t kTilesPerGeneration = 512;

  // The tile's `width` hashes, when a version of it at least as wide is here.
  std::optional<std::vector<tlog::Hash>> Find(const tlog::TileId& tile);

  // Keeps a tile. Only what has been verified may come here.
  void Keep(const tlog::TileId& tile, std::vector<tlog::Hash> hashes);

 private:
  using Place = std::pair<std::uint32_t, std::uint64_t>;  // level, index
  using Generation = absl::flat_hash_map<Place, std::vector<tlog::Hash>>;

  void KeepLocked(const Place& place, std::vector<tlog::Hash> hashes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Mutex mu_;
  Generation young_ ABSL_GUARDED_BY(mu_);
  Generation old_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_TILE_CACHE_H_
