#include "log/node_cache.h"

#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "log/store_tiles.h"
#include "sumlog/tlog/tile.h"
#include "tlog/subtree.h"

namespace sumlog::log {

using tlog::NodePlace;

absl::Status NodeCache::ReadNodes(absl::Span<const tlog::NodeId> nodes,
                                  absl::Span<tlog::Hash> hashes) {
  CHECK(nodes.size() == hashes.size());
  const std::shared_ptr<const PublishedHead> head = reader_->Newest();
  const std::uint64_t size = head->signed_head.head.size;
  Key last_key = {};
  Tile tile;  // of last_key: neighbours in `nodes` mostly lie in one tile
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const NodePlace place = tlog::PlaceOf(nodes[i]);
    const Key key = {place.level, place.index};
    if (tlog::WidestTile(place.level, place.index, size) < place.first + place.count) {
      return absl::OutOfRangeError(absl::StrCat("node ", nodes[i].index, " of height ",
                                                nodes[i].height, " is outside a tree of ", size,
                                                " records"));
    }
    if (tile == nullptr || key != last_key || tile->width() < place.first + place.count) {
      ASSIGN_OR_RETURN(tile, Get(key, place.first + place.count, *head));
      last_key = key;
    }
    const unsigned height = nodes[i].height % tlog::kTileHeight;
    hashes[i] = tile->Node(height, place.first >> height);
  }
  return absl::OkStatus();
}

absl::StatusOr<NodeCache::Tile> NodeCache::Get(const Key& key, std::size_t min_width,
                                               const PublishedHead& head) {
  if (Tile found = Find(key, min_width); found != nullptr) return found;
  ASSIGN_OR_RETURN(Tile made, Make(key, head));
  Keep(key, made);
  return made;
}

absl::StatusOr<NodeCache::Tile> NodeCache::Make(const Key& key, const PublishedHead& head) {
  const auto [level, index] = key;
  const std::uint64_t level_size = tlog::LevelSize(level, head.signed_head.head.size);
  if (index == level_size / tlog::kFullTileWidth) {
    return std::make_shared<const tlog::TileNodes>(head.edge.PartialTile(level));
  }
  const tlog::TileId tile = {.level = level, .index = index};
  ASSIGN_OR_RETURN(const std::vector<tlog::Hash> hashes, ReadStoredTile(reader_->store(), tile));
  auto made = std::make_shared<const tlog::TileNodes>(hashes);

  // Up the tree: at most as many steps as it has levels.
  const std::size_t entry = index % tlog::kFullTileWidth;
  ASSIGN_OR_RETURN(const Tile above,
                   Get({level + 1, index / tlog::kFullTileWidth}, entry + 1, head));
  if (made->Node(tlog::kTileHeight, 0) != above->Node(0, entry)) {
    return absl::DataLossError(absl::StrCat(FormatTilePath(tile),
                                            " does not lead to the root of the signed tree of ",
                                            head.signed_head.head.size, " records"));
  }
  return made;
}

NodeCache::Tile NodeCache::Find(const Key& key, std::size_t min_width) {
  MutexLock lock(&mu_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second->tile->width() < min_width) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->tile;
}

void NodeCache::Keep(const Key& key, const Tile& tile) {
  std::list<Entry> dropped;  // dies outside the lock
  MutexLock lock(&mu_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    // Somebody was quicker, with the same tile or a wider one of a newer head.
    if (found->second->tile->width() >= tile->width()) return;
    size_bytes_ -= found->second->tile->size_bytes();
    dropped.splice(dropped.begin(), entries_, found->second);
    by_key_.erase(found);
  }
  entries_.push_front({key, tile});
  by_key_[key] = entries_.begin();
  size_bytes_ += tile->size_bytes();
  while (size_bytes_ > max_bytes_) {
    const auto oldest = std::prev(entries_.end());
    size_bytes_ -= oldest->tile->size_bytes();
    by_key_.erase(oldest->key);
    dropped.splice(dropped.begin(), entries_, oldest);
  }
}

std::size_t NodeCache::size_bytes() const {
  MutexLock lock(&mu_);
  return size_bytes_;
}

}  // namespace sumlog::log
