#include "client/tile_cache.h"

#include "base/check.h"

namespace sumlog::client {

std::optional<std::vector<tlog::Hash>> TileCache::Find(const tlog::TileId& tile) {
  const Place place(tile.level, tile.index);
  MutexLock lock(&mu_);
  auto found = young_.find(place);
  if (found == young_.end()) {
    const auto old = old_.find(place);
    if (old == old_.end()) return std::nullopt;
    std::vector<tlog::Hash> hashes = std::move(old->second);
    old_.erase(old);
    KeepLocked(place, std::move(hashes));
    found = young_.find(place);
  }
  const std::vector<tlog::Hash>& hashes = found->second;
  if (hashes.size() < tile.width) return std::nullopt;
  return std::vector<tlog::Hash>(hashes.begin(), hashes.begin() + tile.width);
}

void TileCache::Keep(const tlog::TileId& tile, std::vector<tlog::Hash> hashes) {
  CHECK(hashes.size() == tile.width);
  MutexLock lock(&mu_);
  KeepLocked(Place(tile.level, tile.index), std::move(hashes));
}

void TileCache::KeepLocked(const Place& place, std::vector<tlog::Hash> hashes) {
  if (young_.size() >= kTilesPerGeneration) {
    old_ = std::move(young_);
    young_.clear();
  }
  std::vector<tlog::Hash>& kept = young_[place];
  // A partial tile is a prefix of the wider one, so the wider one serves both.
  if (kept.size() < hashes.size()) kept = std::move(hashes);
}

}  // namespace sumlog::client
