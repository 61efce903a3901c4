// Where proofs get the nodes of the tree from, when somebody keeps more of them than tiles hold.
//
// A tile holds the hashes of every eighth height; the nodes between cost up to 255 hashes a tile to
// climb. Whoever makes many proofs keeps them (TileNodes) and answers as a NodeReader.
//
// Spec: the counterpart of HashReader in golang.org/x/mod/sumdb/tlog.

#ifndef SUMLOG_TLOG_NODE_READER_H_
#define SUMLOG_TLOG_NODE_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/inclusion.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::tlog {

// The root of the perfect subtree over 2^height records from number index·2^height on.
struct NodeId {
  unsigned height = 0;      // 0 (leaf hashes) to 63
  std::uint64_t index = 0;  // 0-based; number of the node on its height

  friend bool operator==(const NodeId&, const NodeId&) = default;
};

class NodeReader {
 public:
  virtual ~NodeReader() = default;

  // Writes the hash of each node to `hashes`, which is as long as `nodes`, or returns an error for
  // the whole call. Asked for a few hundred at most.
  virtual absl::Status ReadNodes(absl::Span<const NodeId> nodes, absl::Span<Hash> hashes) = 0;
};

// As the functions of the same names over tiles; `nodes` must hold the tree of tree_size (new_size,
// size) records.
absl::StatusOr<std::vector<Hash>> ProveInclusion(const InclusionQuery& query, NodeReader& nodes);
absl::StatusOr<std::vector<Hash>> ProveConsistency(const ConsistencyQuery& query,
                                                   NodeReader& nodes);
absl::StatusOr<Hash> RootFromNodes(std::uint64_t size, NodeReader& nodes);

// A hash tile with every node above its hashes that it makes up alone. Immutable; safe from any
// thread.
class TileNodes {
 public:
  // 1 to 256 hashes. Cost: one NodeHash for each, at most 255.
  explicit TileNodes(absl::Span<const Hash> hashes);

  std::uint32_t width() const { return width_; }

  // The node over hashes [position·2^height, (position + 1)·2^height) of the tile, all of which
  // must be there; `height` is 0 to 8.
  const Hash& Node(unsigned height, std::size_t position) const;

  std::size_t size_bytes() const { return sizeof(*this) + nodes_.capacity() * sizeof(Hash); }

 private:
  std::uint32_t width_;
  std::array<std::size_t, kTileHeight + 1> first_;  // where each height begins in nodes_
  std::vector<Hash> nodes_;
};

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_NODE_READER_H_
