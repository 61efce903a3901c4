// Goal: AuthenticatedTiles hands out the tiles of the signed tree and no others, whichever hash of
// whichever tile it reads is wrong.
// Method: trees over the shapes of right edges (one tile with several subtrees, tiles shared
// between levels, full trees), every hash of every tile read flipped, one at a time.

#include "sumlog/tlog/authenticated_tiles.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "support/memory_tiles.h"
#include "support/reference_tree.h"

namespace sumlog::tlog {
namespace {

TileId HashTile(std::uint32_t level, std::uint64_t index, std::uint64_t tree_size) {
  return {.level = level, .index = index, .width = WidestTile(level, index, tree_size)};
}

std::vector<TileId> AllTiles(std::uint64_t size) { return TilesAddedBy(0, size); }

TEST(AuthenticatedTiles, HandsOutTheTilesOfTheTree) {
  for (const std::uint64_t size :
       {1u, 2u, 7u, 255u, 256u, 257u, 512u, 515u, 65'535u, 65'536u, 65'537u, 66'310u}) {
    const std::vector<Hash> leaves = TestLeaves(size);
    MemoryTiles truth(leaves);
    MemoryTiles untrusted(leaves);
    AuthenticatedTiles tiles(ReferenceHead(leaves), untrusted);
    const std::vector<TileId> all = AllTiles(size);
    EXPECT_EQ(*tiles.ReadTiles(all), *truth.ReadTiles(all)) << size;
    EXPECT_EQ(untrusted.call_count(), 1u);
    const TileId narrow = {.level = 0, .index = size / 2 / 256, .width = 1};
    EXPECT_EQ(*tiles.ReadTiles({narrow}), *truth.ReadTiles({narrow})) << size;
  }
}

// Asks for one tile after flipping one hash of any tile that the answer depends on.
void ExpectEveryFlipRefused(MemoryTiles& untrusted, AuthenticatedTiles& tiles,
                            const TileId& wanted) {
  SCOPED_TRACE(FormatTilePath(wanted));
  const std::size_t before = untrusted.tiles_read().size();
  ASSERT_TRUE(tiles.ReadTiles({wanted}).ok());
  const std::vector<TileId> read(
      untrusted.tiles_read().begin() + static_cast<std::ptrdiff_t>(before),
      untrusted.tiles_read().end());
  for (const TileId& tile : read) {
    for (std::uint64_t i = 0; i < tile.width; ++i) {
      const std::uint64_t position = tile.index * kFullTileWidth + i;
      untrusted.FlipBit(tile.level, position);
      const absl::Status status = tiles.ReadTiles({wanted}).status();
      EXPECT_TRUE(absl::IsDataLoss(status)) << FormatTilePath(tile) << " hash " << i;
      EXPECT_TRUE(absl::StrContains(status.message(), FormatTilePath(tile))) << status;
      untrusted.FlipBit(tile.level, position);
    }
  }
  ASSERT_TRUE(tiles.ReadTiles({wanted}).ok());
}

TEST(AuthenticatedTiles, RefusesEveryWrongHashInSmallTrees) {
  // 7, 255: one tile holds several subtrees of the root. 263: two levels with partial tiles.
  // 512: the edge is on level 1 alone.
  for (const std::uint64_t size : {1u, 7u, 255u, 256u, 257u, 263u, 512u, 771u}) {
    const std::vector<Hash> leaves = TestLeaves(size);
    MemoryTiles untrusted(leaves);
    AuthenticatedTiles tiles(ReferenceHead(leaves), untrusted);
    for (const TileId& wanted : AllTiles(size)) ExpectEveryFlipRefused(untrusted, tiles, wanted);
  }
}

TEST(AuthenticatedTiles, RefusesEveryWrongHashAcrossThreeLevels) {
  const std::uint64_t size = 2 * 65'536 + 5 * 256 + 3;
  const std::vector<Hash> leaves = TestLeaves(size);
  MemoryTiles untrusted(leaves);
  AuthenticatedTiles tiles(ReferenceHead(leaves), untrusted);
  for (const TileId& wanted : {HashTile(0, 300, size), HashTile(1, 1, size), HashTile(0, 515, size),
                               HashTile(0, 517, size), HashTile(2, 0, size)}) {
    ExpectEveryFlipRefused(untrusted, tiles, wanted);
  }
}

TEST(AuthenticatedTiles, ChecksEachTileOfAnAnswer) {
  const std::uint64_t size = 1500;
  const std::vector<Hash> leaves = TestLeaves(size);
  MemoryTiles untrusted(leaves);
  AuthenticatedTiles tiles(ReferenceHead(leaves), untrusted);
  const std::vector<TileId> all = AllTiles(size);
  for (std::uint64_t position = 0; position < size; position += 37) {
    untrusted.FlipBit(0, position);
    EXPECT_TRUE(absl::IsDataLoss(tiles.ReadTiles(all).status())) << position;
    untrusted.FlipBit(0, position);
  }
}

TEST(AuthenticatedTiles, RefusesATreeWithOneOtherRecord) {
  std::vector<Hash> leaves = TestLeaves(600);
  const TreeHead head = ReferenceHead(leaves);
  leaves[300] = LeafHash("another record");
  MemoryTiles untrusted(leaves);
  AuthenticatedTiles tiles(head, untrusted);
  for (const TileId& wanted : AllTiles(600)) {
    EXPECT_TRUE(absl::IsDataLoss(tiles.ReadTiles({wanted}).status()));
  }
}

TEST(AuthenticatedTiles, ReadsEachTileOnce) {
  const std::vector<Hash> leaves = TestLeaves(1500);
  MemoryTiles untrusted(leaves);
  AuthenticatedTiles tiles(ReferenceHead(leaves), untrusted);
  const TileId first = HashTile(0, 0, 1500);
  ASSERT_TRUE(tiles.ReadTiles({first, first, HashTile(1, 0, 1500), HashTile(0, 1, 1500)}).ok());
  std::set<std::string> names;
  for (const TileId& tile : untrusted.tiles_read()) names.insert(FormatTilePath(tile));
  EXPECT_EQ(names.size(), untrusted.tiles_read().size());
  EXPECT_EQ(names, (std::set<std::string>{"tile/8/0/000", "tile/8/0/001", "tile/8/0/005.p/220",
                                          "tile/8/1/000.p/5"}));
}

TEST(AuthenticatedTiles, CallsTilesOutsideTheTreeInvalid) {
  const std::vector<Hash> leaves = TestLeaves(300);
  MemoryTiles untrusted(leaves);
  AuthenticatedTiles tiles(ReferenceHead(leaves), untrusted);
  for (const TileId& bad :
       std::vector<TileId>{{.level = 0, .index = 1, .width = 45},
                           {.level = 0, .index = 1},
                           {.level = 0, .index = 2, .width = 1},
                           {.level = 1, .index = 0, .width = 2},
                           {.level = 2, .index = 0, .width = 1},
                           {.level = 9, .index = 0, .width = 1},
                           {.level = 0, .index = 0, .width = 0},
                           {.level = 0, .index = 0, .width = 257},
                           {.level = 0, .index = ~std::uint64_t{0}, .width = 1},
                           {.kind = TileId::Kind::kData, .level = 0, .index = 0, .width = 1}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(tiles.ReadTiles({bad}).status())) << FormatTilePath(bad);
  }
  AuthenticatedTiles empty({.size = 0, .root = EmptyRoot()}, untrusted);
  EXPECT_TRUE(absl::IsInvalidArgument(empty.ReadTiles({{.width = 1}}).status()));
  EXPECT_EQ(untrusted.call_count(), 0u) << "nothing outside the tree is ever asked for";
}

// Answers with tiles of the wrong shape.
class MisshapenTiles final : public TileReader {
 public:
  explicit MisshapenTiles(std::vector<std::vector<Hash>> answer) : answer_(std::move(answer)) {}
  absl::StatusOr<std::vector<std::vector<Hash>>> ReadTiles(absl::Span<const TileId>) override {
    return answer_;
  }

 private:
  std::vector<std::vector<Hash>> answer_;
};

TEST(AuthenticatedTiles, RefusesAnswersOfTheWrongShape) {
  const std::vector<Hash> leaves = TestLeaves(3);
  const std::vector<Hash> four = TestLeaves(4);
  const std::vector<Hash> two = TestLeaves(2);
  for (const std::vector<std::vector<Hash>>& answer :
       {std::vector<std::vector<Hash>>{}, {two}, {four}, {{}}, {leaves, leaves}}) {
    MisshapenTiles untrusted(answer);
    AuthenticatedTiles tiles(ReferenceHead(leaves), untrusted);
    EXPECT_TRUE(absl::IsDataLoss(tiles.ReadTiles({{.width = 3}}).status()));
  }
}

TEST(AuthenticatedTiles, HandsOnTheReadersError) {
  MemoryTiles untrusted(TestLeaves(3));
  untrusted.FailWith(absl::UnavailableError("network"));
  AuthenticatedTiles tiles(ReferenceHead(TestLeaves(3)), untrusted);
  EXPECT_EQ(tiles.ReadTiles({{.width = 3}}).status(), absl::UnavailableError("network"));
}

}  // namespace
}  // namespace sumlog::tlog
