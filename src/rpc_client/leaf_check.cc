#include "rpc_client/leaf_check.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::rpc_client {
namespace {

using tlog::Hash;
using tlog::TileId;

constexpr std::size_t kMaxTilesAtOnce = 32;  // TileReader: a few dozen, with those above them

absl::Status CheckLeaf(const ClaimedLeaf& claim, const Hash& leaf) {
  if (claim.leaf == leaf) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("record ", claim.number, " of the signed tree is not ",
                                          claim.name, " as it was sent: leaf hash ",
                                          tlog::FormatHash(leaf), ", want ",
                                          tlog::FormatHash(claim.leaf)));
}

}  // namespace

absl::Status CheckLeaves(std::vector<ClaimedLeaf> claims, const tlog::TreeHead& head,
                         tlog::TileReader& tiles) {
  std::sort(claims.begin(), claims.end(),
            [](const ClaimedLeaf& a, const ClaimedLeaf& b) { return a.number < b.number; });
  if (!claims.empty() && claims.back().number >= head.size) {
    return absl::DataLossError(absl::StrCat(claims.back().name, " is said to be record ",
                                            claims.back().number, " of a signed tree of ",
                                            head.size));
  }
  for (std::size_t next = 0; next < claims.size();) {
    const std::size_t first = next;
    std::vector<TileId> wanted;
    for (; next < claims.size(); ++next) {
      const std::uint64_t index = claims[next].number / tlog::kFullTileWidth;
      if (!wanted.empty() && wanted.back().index == index) continue;
      if (wanted.size() == kMaxTilesAtOnce) break;
      wanted.push_back({.index = index, .width = tlog::WidestTile(0, index, head.size)});
    }
    ASSIGN_OR_RETURN(const std::vector<std::vector<Hash>> read, tiles.ReadTiles(wanted));
    std::size_t tile = 0;
    for (std::size_t i = first; i < next; ++i) {
      while (wanted[tile].index < claims[i].number / tlog::kFullTileWidth) ++tile;
      RETURN_IF_ERROR(CheckLeaf(claims[i], read[tile][claims[i].number % tlog::kFullTileWidth]));
    }
  }
  return absl::OkStatus();
}

}  // namespace sumlog::rpc_client
