// Tiles that are believed only when they hash up to a signed root.
//
// Wraps a reader of untrusted tiles (HTTP, a cache, a bundle). Every tile of an answer is checked
// against its parent, up to the right edge, which is checked against the root; nothing unchecked is
// returned. Also checks tiles that several subtree hashes of the root share (GO-2026-6179: older
// versions of x/mod left up to two tiles unchecked).
//
// Thread rule: as the wrapped reader. Spec: golang.org/x/mod/sumdb/tlog.TileHashReader, v0.42.0.

#ifndef SUMLOG_TLOG_AUTHENTICATED_TILES_H_
#define SUMLOG_TLOG_AUTHENTICATED_TILES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::tlog {

class AuthenticatedTiles final : public TileReader {
 public:
  // Keeps a reference to `untrusted`, which must outlive this object.
  AuthenticatedTiles(const TreeHead& head, TileReader& untrusted)
      : head_(head), untrusted_(untrusted) {}

  // kInvalidArgument  a tile outside the tree of the head
  // kDataLoss         a tile that does not lead to the head's root; the message names the tile and
  //                   the head
  // or the wrapped reader's own errors.
  absl::StatusOr<std::vector<std::vector<Hash>>> ReadTiles(absl::Span<const TileId> tiles) override;

 private:
  const TreeHead head_;
  TileReader& untrusted_;
};

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_AUTHENTICATED_TILES_H_
