#include "sumlog/tlog/authenticated_tiles.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "tlog/right_edge.h"
#include "tlog/subtree.h"

namespace sumlog::tlog {
namespace {

// The tiles that an answer needs: first the right edge, which the root vouches for, then full
// tiles, for each of which its parent tile vouches. Every tile is here once, and with it its
// parents up to the edge, so that checking the edge and then every other tile leaves nothing
// unchecked.
class Chain {
 public:
  explicit Chain(std::uint64_t tree_size) : tree_size_(tree_size) {
    for (const TileId& tile : RightEdgeTiles(tree_size)) Add(tile);
    edge_count_ = tiles_.size();
  }

  // Makes sure that the widest version of the tile and its parents are here; returns its number.
  // The tile must be in the tree.
  std::size_t AddWithParents(std::uint32_t level, std::uint64_t index) {
    const auto found = numbers_.find({level, index});
    if (found != numbers_.end()) return found->second;
    const std::size_t number =
        Add({.level = level, .index = index, .width = WidestTile(level, index, tree_size_)});
    // Whatever is not at the edge is full, and so has a parent on the next level, up to the edge.
    for (std::uint32_t above = level + 1;; ++above) {
      CHECK(above < kMaxTileLevels);
      index /= kFullTileWidth;
      if (numbers_.contains({above, index})) break;
      Add({.level = above, .index = index, .width = WidestTile(above, index, tree_size_)});
    }
    return number;
  }

  const std::vector<TileId>& tiles() const { return tiles_; }
  std::size_t edge_count() const { return edge_count_; }
  std::size_t NumberOf(std::uint32_t level, std::uint64_t index) const {
    return numbers_.at({level, index});
  }

 private:
  std::size_t Add(const TileId& tile) {
    CHECK(tile.width > 0);
    numbers_[{tile.level, tile.index}] = tiles_.size();
    tiles_.push_back(tile);
    return tiles_.size() - 1;
  }

  const std::uint64_t tree_size_;
  std::vector<TileId> tiles_;
  std::size_t edge_count_ = 0;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> numbers_;
};

std::string Describe(const TreeHead& head) {
  return absl::StrCat("the tree head of ", head.size, " records with root ", FormatHash(head.root));
}

absl::Status CheckEdge(const TreeHead& head, const Chain& chain,
                       absl::Span<const std::vector<Hash>> read) {
  if (RootOfRightEdge(read.first(chain.edge_count())) == head.root) return absl::OkStatus();
  // At least one of them is wrong, and nothing can tell which.
  const std::string names =
      absl::StrJoin(absl::MakeConstSpan(chain.tiles()).first(chain.edge_count()), ", ",
                    [](std::string* out, const TileId& tile) { *out += FormatTilePath(tile); });
  return absl::DataLossError(absl::StrCat(names, " do not lead to ", Describe(head)));
}

absl::Status CheckAgainstParent(const TreeHead& head, const Chain& chain, std::size_t number,
                                absl::Span<const std::vector<Hash>> read) {
  const TileId& tile = chain.tiles()[number];
  const std::size_t parent = chain.NumberOf(tile.level + 1, tile.index / kFullTileWidth);
  const Hash& want = read[parent][static_cast<std::size_t>(tile.index % kFullTileWidth)];
  if (PerfectRoot(read[number]) == want) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(FormatTilePath(tile), " does not hash to its entry in ",
                                          FormatTilePath(chain.tiles()[parent]), ", under ",
                                          Describe(head)));
}

absl::Status CheckInTree(const TileId& tile, std::uint64_t tree_size) {
  const bool is_in_tree = tile.kind == TileId::Kind::kHash && tile.width > 0 &&
                          tile.width <= WidestTile(tile.level, tile.index, tree_size);
  if (is_in_tree) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(FormatTilePath(tile), " is no hash tile of a tree of ", tree_size, " records"));
}

}  // namespace

absl::StatusOr<std::vector<std::vector<Hash>>> AuthenticatedTiles::ReadTiles(
    absl::Span<const TileId> tiles) {
  if (tiles.empty()) return std::vector<std::vector<Hash>>();
  Chain chain(head_.size);
  std::vector<std::size_t> numbers;
  for (const TileId& tile : tiles) {
    RETURN_IF_ERROR(CheckInTree(tile, head_.size));
    numbers.push_back(chain.AddWithParents(tile.level, tile.index));
  }

  ASSIGN_OR_RETURN(const std::vector<std::vector<Hash>> read,
                   ReadTilesChecked(chain.tiles(), untrusted_));
  RETURN_IF_ERROR(CheckEdge(head_, chain, read));
  for (std::size_t i = chain.edge_count(); i < read.size(); ++i) {
    RETURN_IF_ERROR(CheckAgainstParent(head_, chain, i, read));
  }

  std::vector<std::vector<Hash>> answer;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const std::vector<Hash>& widest = read[numbers[i]];
    answer.emplace_back(widest.begin(), widest.begin() + tiles[i].width);
  }
  return answer;
}

}  // namespace sumlog::tlog
