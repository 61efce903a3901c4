#include "tlog/subtree.h"

#include <array>
#include <bit>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"

namespace sumlog::tlog {
namespace {

// Appends the perfect subtrees of `range` to `*nodes`, widest first.
void Cut(RecordRange range, std::vector<NodeId>* nodes) {
  CHECK(range.begin < range.end);
  while (range.begin < range.end) {
    const std::uint64_t count = std::bit_floor(range.end - range.begin);
    CHECK(range.begin % count == 0);
    const auto height = static_cast<unsigned>(std::countr_zero(count));
    nodes->push_back({.height = height, .index = range.begin >> height});
    range.begin += count;
  }
}

// The hash of a range from those of its perfect subtrees.
Hash Fold(absl::Span<const Hash> subtrees) {
  Hash root = subtrees.back();
  for (std::size_t i = subtrees.size() - 1; i-- > 0;) root = NodeHash(subtrees[i], root);
  return root;
}

}  // namespace

Hash PerfectRoot(absl::Span<const Hash> hashes) {
  CHECK(std::has_single_bit(hashes.size()) && hashes.size() <= kFullTileWidth);
  if (hashes.size() == 1) return hashes[0];
  std::array<Hash, kFullTileWidth / 2> level;
  std::size_t count = hashes.size() / 2;
  NodeHashes(hashes, absl::MakeSpan(level).first(count));
  for (; count > 1; count /= 2) {
    NodeHashes(absl::MakeConstSpan(level).first(count), absl::MakeSpan(level).first(count / 2));
  }
  return level[0];
}

std::uint64_t SplitPoint(std::uint64_t count) { return std::bit_floor(count - 1); }

absl::StatusOr<std::vector<std::vector<Hash>>> ReadTilesChecked(absl::Span<const TileId> wanted,
                                                                TileReader& tiles) {
  ASSIGN_OR_RETURN(std::vector<std::vector<Hash>> answer, tiles.ReadTiles(wanted));
  if (answer.size() != wanted.size()) {
    return absl::DataLossError(
        absl::StrCat("tile reader gave ", answer.size(), " tiles, want ", wanted.size()));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (answer[i].size() == wanted[i].width) continue;
    return absl::DataLossError(absl::StrCat(FormatTilePath(wanted[i]), " has ", answer[i].size(),
                                            " hashes, want ", wanted[i].width));
  }
  return answer;
}

absl::StatusOr<std::vector<Hash>> RangeRoots(absl::Span<const RecordRange> ranges,
                                             NodeReader& nodes) {
  if (ranges.empty()) return std::vector<Hash>();
  std::vector<NodeId> wanted;
  std::vector<std::size_t> ends;  // of each range's subtrees in `wanted`
  for (const RecordRange& range : ranges) {
    Cut(range, &wanted);
    ends.push_back(wanted.size());
  }
  std::vector<Hash> read(wanted.size());
  RETURN_IF_ERROR(nodes.ReadNodes(wanted, absl::MakeSpan(read)));

  std::vector<Hash> roots;
  roots.reserve(ranges.size());
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    roots.push_back(Fold(absl::MakeConstSpan(read).subspan(begin, end - begin)));
    begin = end;
  }
  return roots;
}

NodePlace PlaceOf(const NodeId& node) {
  const std::uint32_t level = node.height / kTileHeight;
  const unsigned inside = node.height % kTileHeight;
  const std::uint64_t tile = node.index >> (kTileHeight - inside);
  const std::uint64_t position = node.index - (tile << (kTileHeight - inside));
  return {.level = level,
          .index = tile,
          .first = static_cast<std::size_t>(position) << inside,
          .count = std::size_t{1} << inside};
}

absl::Status NodesFromTiles::ReadNodes(absl::Span<const NodeId> nodes, absl::Span<Hash> hashes) {
  std::vector<TileId> tiles;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> numbers;
  std::vector<std::size_t> tile_of_node;
  for (const NodeId& node : nodes) {
    const NodePlace place = PlaceOf(node);
    const auto [entry, is_new] = numbers.try_emplace({place.level, place.index}, tiles.size());
    if (is_new) {
      tiles.push_back({.level = place.level,
                       .index = place.index,
                       .width = WidestTile(place.level, place.index, tree_size_)});
    }
    tile_of_node.push_back(entry->second);
  }
  ASSIGN_OR_RETURN(const std::vector<std::vector<Hash>> read, ReadTilesChecked(tiles, tiles_));
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const NodePlace place = PlaceOf(nodes[i]);
    const absl::Span<const Hash> tile = read[tile_of_node[i]];
    CHECK(place.first + place.count <= tile.size());  // the node lies in the tree
    hashes[i] = PerfectRoot(tile.subspan(place.first, place.count));
  }
  return absl::OkStatus();
}

}  // namespace sumlog::tlog
