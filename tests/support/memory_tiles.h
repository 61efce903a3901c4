// A TileReader over a tree in memory, which tests may damage and watch.
//
// Its tiles come from the recursive definition (reference_tree.h), not from TreeEdge. Not safe from
// two threads at once.

#ifndef SUMLOG_TESTS_SUPPORT_MEMORY_TILES_H_
#define SUMLOG_TESTS_SUPPORT_MEMORY_TILES_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "sumlog/tlog/tile_reader.h"

namespace sumlog::tlog {

class MemoryTiles final : public TileReader {
 public:
  // The tree over `leaves`.
  explicit MemoryTiles(absl::Span<const Hash> leaves);

  // kNotFound for a tile that is not in the tree; after FailWith, that status always.
  absl::StatusOr<std::vector<std::vector<Hash>>> ReadTiles(absl::Span<const TileId> tiles) override;

  // Flips one bit of hash number `position` of a level (all tiles of the level in a row). A second
  // call puts it right again.
  void FlipBit(std::uint32_t level, std::uint64_t position);

  void FailWith(absl::Status status) { failure_ = std::move(status); }

  // What has been asked for so far.
  std::size_t call_count() const { return call_count_; }
  const std::vector<TileId>& tiles_read() const { return tiles_read_; }

 private:
  std::vector<std::vector<Hash>> levels_;
  absl::Status failure_;
  std::size_t call_count_ = 0;
  std::vector<TileId> tiles_read_;
};

}  // namespace sumlog::tlog

#endif  // SUMLOG_TESTS_SUPPORT_MEMORY_TILES_H_
