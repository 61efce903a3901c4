// Hash tiles of a remote checksum database, as a TileReader. Unverified: wrap it (VerifiedTiles).
//
// Safe from any thread. Spec: golang.org/x/mod/sumdb Client (partial tiles fall back to full ones).

#ifndef SUMLOG_CLIENT_TILE_FETCHER_H_
#define SUMLOG_CLIENT_TILE_FETCHER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile_reader.h"

namespace sumlog::client {

class TileFetcher final : public tlog::TileReader {
 public:
  // Keeps a reference to `fetcher`, which must outlive this object.
  explicit TileFetcher(Fetcher& fetcher) : fetcher_(fetcher) {}

  // Fetches each tile; where the server has no partial tile of that width, the full one, cut. The
  // caller has verified that the tree these are tiles of is signed.
  //   kDataLoss     an answer of another size than the tile's: a wrong tile under a signed head
  //   kUnavailable  not reachable, or the server does not give it (a mirror that is behind, a
  //   cache,
  //                 a refusal)
  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override;

 private:
  absl::StatusOr<std::vector<tlog::Hash>> ReadTile(const tlog::TileId& tile);

  Fetcher& fetcher_;
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_TILE_FETCHER_H_
