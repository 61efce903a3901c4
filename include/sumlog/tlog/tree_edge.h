// The right edge of a growing tree: all that a writer needs to append, in one tile per level.
//
// An edge is a value: the state of a tree of size() records. Append returns the tiles that the new
// records complete or widen; the edge itself never needs anything to the left of it.
//
// Pure: no I/O, no locks, no clock. Not safe to change from two threads at once.
// Spec: RFC 6962 section 2.1; called a compact range by transparency-dev/merkle.

#ifndef SUMLOG_TLOG_TREE_EDGE_H_
#define SUMLOG_TLOG_TREE_EDGE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::tlog {

// The hashes that one Append added to one tile.
struct TileGrowth {
  std::uint32_t level = 0;
  std::uint64_t index = 0;   // of the tile on its level
  std::uint32_t first = 0;   // position of hashes[0] in the tile: its old width
  std::vector<Hash> hashes;  // the new ones; first + hashes.size() is the new width, <= 256
};

class TreeEdge {
 public:
  // The empty tree.
  TreeEdge() = default;

  // Reads the edge of the tree of `size` records: one ReadTiles call, one tile per level.
  // Does not check the root: compare Root() with the signed one.
  static absl::StatusOr<TreeEdge> Load(std::uint64_t size, TileReader& tiles);

  std::uint64_t size() const { return size_; }

  // The partial tile at the right edge of `level`: its first LevelSize(level, size()) % 256 hashes.
  // Empty where the level ends with a full tile, and above the last level.
  absl::Span<const Hash> PartialTile(std::uint32_t level) const;

  // The root of the tree. Cost: at most 255 hashes per level.
  Hash Root() const;

  // Appends records by their leaf hashes. Returns what each touched tile gained, ordered by level,
  // then index. A tile that becomes full has first + hashes.size() == 256.
  std::vector<TileGrowth> Append(absl::Span<const Hash> leaves);

 private:
  std::uint64_t size_ = 0;
  std::vector<std::vector<Hash>> partial_;  // per level, 0 to 255 hashes
};

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_TREE_EDGE_H_
