// Perfect subtrees and ranges of records: how the tree of RFC 6962 lies in tiles.
//
// A range is cut into perfect subtrees, widest first; its hash folds theirs from the right. Ranges
// here begin at a multiple of every subtree that they are cut into, as all ranges of proofs do.
//
// Pure; safe from any thread. Spec: RFC 6962 section 2.1.

#ifndef SUMLOG_TLOG_SUBTREE_H_
#define SUMLOG_TLOG_SUBTREE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/node_reader.h"
#include "sumlog/tlog/tile.h"
#include "sumlog/tlog/tile_reader.h"

namespace sumlog::tlog {

// Records [begin, end), at least one.
struct RecordRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// The root of a perfect tree over `hashes`: 1, 2, 4 … 256 of them.
Hash PerfectRoot(absl::Span<const Hash> hashes);

// The largest power of two below `count`, which is at least 2: where RFC 6962 splits a tree.
std::uint64_t SplitPoint(std::uint64_t count);

// tiles.ReadTiles, with its promise checked: kDataLoss when an answer has the wrong shape.
absl::StatusOr<std::vector<std::vector<Hash>>> ReadTilesChecked(absl::Span<const TileId> wanted,
                                                                TileReader& tiles);

// The tree hash of each range. One ReadNodes call (none when there are no ranges), its errors.
absl::StatusOr<std::vector<Hash>> RangeRoots(absl::Span<const RecordRange> ranges,
                                             NodeReader& nodes);

// The nodes of a tree of `tree_size` records, climbed from its tiles. Each ReadNodes makes one
// ReadTiles call, for each tile once and at its widest. The reader's errors, or kDataLoss as above.
class NodesFromTiles final : public NodeReader {
 public:
  // Keeps a reference to `tiles`.
  NodesFromTiles(std::uint64_t tree_size, TileReader& tiles)
      : tree_size_(tree_size), tiles_(tiles) {}

  absl::Status ReadNodes(absl::Span<const NodeId> nodes, absl::Span<Hash> hashes) override;

 private:
  const std::uint64_t tree_size_;
  TileReader& tiles_;
};

// Where a node lies: over hashes [first, first + count) of hash tile `index` of level `level`.
struct NodePlace {
  std::uint32_t level = 0;
  std::uint64_t index = 0;
  std::size_t first = 0;
  std::size_t count = 0;
};
NodePlace PlaceOf(const NodeId& node);

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_SUBTREE_H_
