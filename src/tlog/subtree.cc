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

// Where the leaves of one perfect subtree lie: hashes [first, first + count) of a tile.
struct Slice {
  std::size_t tile = 0;  // position in the plan's list of tiles
  std::size_t first = 0;
  std::size_t count = 0;
};

// Which tiles to read, each once, and which of their hashes make up each range.
class ReadPlan {
 public:
  explicit ReadPlan(std::uint64_t tree_size) : tree_size_(tree_size) {}

  const std::vector<TileId>& tiles() const { return tiles_; }

  // The perfect subtrees of `range`, widest first.
  std::vector<Slice> Cut(RecordRange range) {
    CHECK(range.begin < range.end && range.end <= tree_size_);
    std::vector<Slice> slices;
    while (range.begin < range.end) {
      const std::uint64_t count = std::bit_floor(range.end - range.begin);
      CHECK(range.begin % count == 0);
      slices.push_back(Locate(range.begin, static_cast<unsigned>(std::countr_zero(count))));
      range.begin += count;
    }
    return slices;
  }

 private:
  // The subtree of 2^height records from `begin` on.
  Slice Locate(std::uint64_t begin, unsigned height) {
    const std::uint32_t level = height / kTileHeight;
    const std::uint64_t position = begin >> (level * kTileHeight);
    return {.tile = TileNumber(level, position / kFullTileWidth),
            .first = static_cast<std::size_t>(position % kFullTileWidth),
            .count = std::size_t{1} << (height % kTileHeight)};
  }

  std::size_t TileNumber(std::uint32_t level, std::uint64_t index) {
    const auto [entry, is_new] = numbers_.try_emplace({level, index}, tiles_.size());
    if (is_new) {
      tiles_.push_back(
          {.level = level, .index = index, .width = WidestTile(level, index, tree_size_)});
    }
    return entry->second;
  }

  const std::uint64_t tree_size_;
  std::vector<TileId> tiles_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> numbers_;
};

Hash FoldSlices(absl::Span<const Slice> slices, const std::vector<std::vector<Hash>>& tiles) {
  const auto root_of = [&tiles](const Slice& slice) {
    return PerfectRoot(absl::MakeConstSpan(tiles[slice.tile]).subspan(slice.first, slice.count));
  };
  Hash root = root_of(slices.back());
  for (std::size_t i = slices.size() - 1; i-- > 0;) root = NodeHash(root_of(slices[i]), root);
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
                                             std::uint64_t tree_size, TileReader& tiles) {
  if (ranges.empty()) return std::vector<Hash>();
  ReadPlan plan(tree_size);
  std::vector<std::vector<Slice>> slices;
  for (const RecordRange& range : ranges) slices.push_back(plan.Cut(range));

  ASSIGN_OR_RETURN(const std::vector<std::vector<Hash>> read,
                   ReadTilesChecked(plan.tiles(), tiles));
  std::vector<Hash> roots;
  for (const std::vector<Slice>& range : slices) roots.push_back(FoldSlices(range, read));
  return roots;
}

}  // namespace sumlog::tlog
