// Goal: a TreeEdge, however it grew, is the right edge of the reference tree, and the tiles that it
// hands out are that tree's.
// Method: records appended in steps of all kinds; after each step the root is compared with the
// recursive definition, and the growth is laid into tiles that a MemoryTiles must equal.

#include "sumlog/tlog/tree_edge.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "support/memory_tiles.h"
#include "support/reference_tree.h"

namespace sumlog::tlog {
namespace {

using Place = std::pair<std::uint32_t, std::uint64_t>;

// A store of tiles that grows as a real one would, checking that each growth fits onto the last.
class GrowingTiles {
 public:
  void Apply(const std::vector<TileGrowth>& growths) {
    Place previous = {0, 0};
    for (const TileGrowth& growth : growths) {
      const Place place(growth.level, growth.index);
      EXPECT_TRUE(&growth == &growths.front() || previous < place) << "ordered, each tile once";
      previous = place;
      std::vector<Hash>& tile = tiles_[place];
      EXPECT_EQ(growth.first, tile.size());
      EXPECT_FALSE(growth.hashes.empty());
      tile.insert(tile.end(), growth.hashes.begin(), growth.hashes.end());
      EXPECT_LE(tile.size(), kFullTileWidth);
    }
  }

  void ExpectTreeOver(absl::Span<const Hash> leaves) {
    MemoryTiles truth(leaves);
    const std::vector<TileId> all = TilesAddedBy(0, leaves.size());
    ASSERT_EQ(tiles_.size(), all.size());
    for (const TileId& tile : all) {
      EXPECT_EQ(tiles_[Place(tile.level, tile.index)], truth.ReadTiles({tile})->front())
          << FormatTilePath(tile);
    }
  }

 private:
  std::map<Place, std::vector<Hash>> tiles_;
};

void ExpectEdgeOver(const TreeEdge& edge, absl::Span<const Hash> leaves) {
  ASSERT_EQ(edge.size(), leaves.size());
  EXPECT_EQ(edge.Root(), ReferenceRoot(leaves)) << leaves.size();
  MemoryTiles truth(leaves);
  for (std::uint32_t level = 0; level <= kMaxTileLevels; ++level) {
    const std::uint64_t hashes = LevelSize(level, leaves.size());
    const auto width = static_cast<std::uint32_t>(hashes % kFullTileWidth);
    const absl::Span<const Hash> partial = edge.PartialTile(level);
    ASSERT_EQ(partial.size(), width);
    if (width == 0) continue;
    const TileId tile = {.level = level, .index = hashes / kFullTileWidth, .width = width};
    EXPECT_EQ(std::vector<Hash>(partial.begin(), partial.end()), truth.ReadTiles({tile})->front());
  }
}

TEST(TreeEdge, BeginsEmpty) {
  TreeEdge edge;
  ExpectEdgeOver(edge, {});
  EXPECT_EQ(edge.Root(), EmptyRoot());
  EXPECT_TRUE(edge.Append({}).empty());
  ExpectEdgeOver(edge, {});
}

TEST(TreeEdge, GrowsOneByOne) {
  const std::vector<Hash> leaves = TestLeaves(800);
  TreeEdge edge;
  GrowingTiles tiles;
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    tiles.Apply(edge.Append({leaves[size - 1]}));
    ExpectEdgeOver(edge, absl::MakeConstSpan(leaves).first(size));
  }
  tiles.ExpectTreeOver(leaves);
}

TEST(TreeEdge, GrowsAtOnce) {
  for (const std::size_t size :
       {1u, 255u, 256u, 257u, 512u, 1000u, 65'535u, 65'536u, 65'537u, 66'000u}) {
    const std::vector<Hash> leaves = TestLeaves(size);
    TreeEdge edge;
    GrowingTiles tiles;
    tiles.Apply(edge.Append(leaves));
    ExpectEdgeOver(edge, leaves);
    tiles.ExpectTreeOver(leaves);
  }
}

TEST(TreeEdge, GrowsInStepsOfAnySize) {
  std::mt19937_64 random(9);
  for (int run = 0; run < 20; ++run) {
    const std::vector<Hash> leaves = TestLeaves(2000 + random() % 1000);
    TreeEdge edge;
    GrowingTiles tiles;
    for (absl::Span<const Hash> rest = leaves; !rest.empty();) {
      const std::uint64_t limit = random() % 2 == 0 ? 4 : 600;
      const std::size_t step = std::min<std::size_t>(rest.size(), 1 + random() % limit);
      tiles.Apply(edge.Append(rest.first(step)));
      rest.remove_prefix(step);
      ASSERT_EQ(edge.Root(), ReferenceRoot(absl::MakeConstSpan(leaves).first(edge.size())));
    }
    ExpectEdgeOver(edge, leaves);
    tiles.ExpectTreeOver(leaves);
  }
}

TEST(TreeEdge, CrossesTheThirdLevel) {
  const std::vector<Hash> leaves = TestLeaves(65'537);
  const absl::Span<const Hash> all = leaves;
  TreeEdge edge;
  GrowingTiles tiles;
  tiles.Apply(edge.Append(all.first(65'535)));
  tiles.Apply(edge.Append(all.subspan(65'535, 1)));
  ExpectEdgeOver(edge, all.first(65'536));
  tiles.Apply(edge.Append(all.subspan(65'536)));
  ExpectEdgeOver(edge, all);
  tiles.ExpectTreeOver(all);
}

TEST(TreeEdge, LoadsWhatItHadBeforeAndGoesOn) {
  const std::vector<Hash> leaves = TestLeaves(66'100);
  const absl::Span<const Hash> all = leaves;
  MemoryTiles tiles(leaves);
  for (const std::size_t size : {1u, 255u, 256u, 257u, 700u, 65'535u, 65'536u, 65'537u, 66'000u}) {
    absl::StatusOr<TreeEdge> edge = TreeEdge::Load(size, tiles);
    ASSERT_TRUE(edge.ok()) << edge.status();
    ExpectEdgeOver(*edge, all.first(size));
    edge->Append(all.subspan(size, 100));
    ExpectEdgeOver(*edge, all.first(size + 100));
  }
}

TEST(TreeEdge, LoadsWithOneCallAndOneTilePerLevel) {
  MemoryTiles tiles(TestLeaves(66'000));
  ASSERT_TRUE(TreeEdge::Load(66'000, tiles).ok());
  EXPECT_EQ(tiles.call_count(), 1u);
  EXPECT_EQ(tiles.tiles_read().size(), 3u);
  MemoryTiles none(TestLeaves(0));
  ASSERT_TRUE(TreeEdge::Load(0, none).ok());
  EXPECT_EQ(none.call_count(), 0u);
}

TEST(TreeEdge, HandsOnTheReadersError) {
  MemoryTiles tiles(TestLeaves(10));
  EXPECT_TRUE(absl::IsNotFound(TreeEdge::Load(11, tiles).status()));
  tiles.FailWith(absl::DataLossError("bad block"));
  EXPECT_EQ(TreeEdge::Load(10, tiles).status(), absl::DataLossError("bad block"));
}

TEST(TreeEdge, CopiesAreIndependent) {
  const std::vector<Hash> leaves = TestLeaves(300);
  TreeEdge edge;
  edge.Append(absl::MakeConstSpan(leaves).first(200));
  TreeEdge copy = edge;
  copy.Append(absl::MakeConstSpan(leaves).subspan(200));
  ExpectEdgeOver(edge, absl::MakeConstSpan(leaves).first(200));
  ExpectEdgeOver(copy, leaves);
}

}  // namespace
}  // namespace sumlog::tlog
