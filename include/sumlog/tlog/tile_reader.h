// Where proofs get their hashes from: the seam between the tree's mathematics and storage.
//
// Spec: the counterpart of HashReader in golang.org/x/mod/sumdb/tlog, in tiles.

#ifndef SUMLOG_TLOG_TILE_READER_H_
#define SUMLOG_TLOG_TILE_READER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::tlog {

class TileReader {
 public:
  virtual ~TileReader() = default;

  // Returns for each hash tile exactly `width` hashes, or an error for the whole call. Asked only
  // for hash tiles, at most a few dozen at once, which a remote reader may fetch in parallel.
  virtual absl::StatusOr<std::vector<std::vector<Hash>>> ReadTiles(
      absl::Span<const TileId> tiles) = 0;
};

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_TILE_READER_H_
