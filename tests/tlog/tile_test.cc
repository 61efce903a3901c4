// Goal: tile coordinates, widths and paths are those of x/mod for tiles of height 8.
// Method: counts known from x/mod, the definition by division for random trees, and each path next
// to a good one that a lenient parser would take.

#include "sumlog/tlog/tile.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace sumlog::tlog {
namespace {

using Kind = TileId::Kind;

TEST(LevelSize, DividesByTwoHundredFiftySixPerLevel) {
  EXPECT_EQ(LevelSize(0, 70'000), 70'000u);
  EXPECT_EQ(LevelSize(1, 70'000), 273u);
  EXPECT_EQ(LevelSize(2, 70'000), 1u);
  EXPECT_EQ(LevelSize(3, 70'000), 0u);
  EXPECT_EQ(LevelSize(7, ~std::uint64_t{0}), 255u);
  EXPECT_EQ(LevelSize(8, ~std::uint64_t{0}), 0u);
  EXPECT_EQ(LevelSize(~std::uint32_t{0}, ~std::uint64_t{0}), 0u);
}

TEST(WidestTile, CutsTheLastTileOfALevel) {
  EXPECT_EQ(WidestTile(0, 0, 0), 0u);
  EXPECT_EQ(WidestTile(0, 0, 1), 1u);
  EXPECT_EQ(WidestTile(0, 0, 255), 255u);
  EXPECT_EQ(WidestTile(0, 0, 256), 256u);
  EXPECT_EQ(WidestTile(0, 1, 256), 0u);
  EXPECT_EQ(WidestTile(0, 1, 257), 1u);
  EXPECT_EQ(WidestTile(1, 0, 255), 0u);
  EXPECT_EQ(WidestTile(1, 0, 257), 1u);
  EXPECT_EQ(WidestTile(1, 1, 70'000), 17u);
  EXPECT_EQ(WidestTile(0, ~std::uint64_t{0}, ~std::uint64_t{0}), 0u);
  EXPECT_EQ(WidestTile(8, 0, ~std::uint64_t{0}), 0u);
}

TEST(TilesAddedBy, AgreesWithTheCountsOfXMod) {
  const std::vector<TileId> small = TilesAddedBy(0, 70'000);
  ASSERT_EQ(small.size(), 277u);
  EXPECT_EQ(FormatTilePath(small.back()), "tile/8/2/000.p/1");
  const std::vector<TileId> large = TilesAddedBy(0, 45'752'995);
  ASSERT_EQ(large.size(), 179'426u);
  EXPECT_EQ(FormatTilePath(large.back()), "tile/8/3/000.p/2");
  EXPECT_EQ(FormatTilePath(large[large.size() - 2]), "tile/8/2/002.p/186");
}

// Every tile of both trees at its widest; what differs must be what was added.
TEST(TilesAddedBy, IsTheDifferenceOfTwoTrees) {
  using Widths = std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t>;
  const auto all_tiles = [](std::uint64_t size) {
    Widths widths;
    for (std::uint32_t level = 0; size > 0; ++level, size /= 256) {
      for (std::uint64_t first = 0; first < size; first += 256) {
        widths[{level, first / 256}] =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(256, size - first));
      }
    }
    return widths;
  };
  std::mt19937_64 random(6);
  for (int i = 0; i < 300; ++i) {
    const std::uint64_t new_size = random() % (i < 100 ? 600u : 140'000u);
    const std::uint64_t old_size = random() % (new_size + 1);
    const Widths before = all_tiles(old_size);
    Widths want = all_tiles(new_size);
    for (const auto& tile : before) {
      if (want.at(tile.first) == tile.second) want.erase(tile.first);
    }
    Widths got;
    std::pair<std::uint32_t, std::uint64_t> previous;
    for (const TileId& tile : TilesAddedBy(old_size, new_size)) {
      EXPECT_EQ(tile.kind, Kind::kHash);
      const std::pair<std::uint32_t, std::uint64_t> place(tile.level, tile.index);
      EXPECT_TRUE(got.empty() || previous < place) << "in order of level and index";
      got[place] = tile.width;
      previous = place;
    }
    EXPECT_EQ(got, want) << old_size << " to " << new_size;
  }
}

TEST(TilesAddedBy, IsNothingForTheSameTree) {
  EXPECT_TRUE(TilesAddedBy(0, 0).empty());
  EXPECT_TRUE(TilesAddedBy(256, 256).empty());
  EXPECT_TRUE(TilesAddedBy(70'000, 70'000).empty());
}

const struct {
  absl::string_view path;
  TileId tile;
} kGoodPaths[] = {
    {"tile/8/0/000", {.kind = Kind::kHash, .level = 0, .index = 0, .width = 256}},
    {"tile/8/0/000.p/1", {.kind = Kind::kHash, .level = 0, .index = 0, .width = 1}},
    {"tile/8/0/999.p/255", {.kind = Kind::kHash, .level = 0, .index = 999, .width = 255}},
    {"tile/8/1/x001/000", {.kind = Kind::kHash, .level = 1, .index = 1000, .width = 256}},
    {"tile/8/0/x178/724.p/13", {.kind = Kind::kHash, .level = 0, .index = 178'724, .width = 13}},
    {"tile/8/4/x001/x234/067", {.kind = Kind::kHash, .level = 4, .index = 1'234'067, .width = 256}},
    {"tile/8/data/000", {.kind = Kind::kData, .level = 0, .index = 0, .width = 256}},
    {"tile/8/data/x001/000.p/1", {.kind = Kind::kData, .level = 0, .index = 1000, .width = 1}},
    {"tile/8/7/000.p/127", {.kind = Kind::kHash, .level = 7, .index = 0, .width = 127}},
    // The last full tile of the largest tree: 2^55 - 2.
    {"tile/8/0/x036/x028/x797/x018/x963/966",
     {.kind = Kind::kHash, .level = 0, .index = (std::uint64_t{1} << 55) - 2, .width = 256}},
};

TEST(TilePath, FormatsAndParsesGoodPaths) {
  for (const auto& good : kGoodPaths) {
    EXPECT_EQ(FormatTilePath(good.tile), good.path);
    const absl::StatusOr<TileId> parsed = ParseTilePath(good.path);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, good.tile) << good.path;
  }
}

TEST(TilePath, RoundTripsAtRandom) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    TileId tile;
    tile.kind = random() % 4 == 0 ? Kind::kData : Kind::kHash;
    tile.level = tile.kind == Kind::kData ? 0 : static_cast<std::uint32_t>(random() % 4);
    tile.index = (random() >> (random() % 64)) % (std::uint64_t{1} << (54 - 8 * tile.level));
    tile.width = static_cast<std::uint32_t>(1 + random() % 256);
    const absl::StatusOr<TileId> parsed = ParseTilePath(FormatTilePath(tile));
    ASSERT_TRUE(parsed.ok()) << FormatTilePath(tile) << ": " << parsed.status();
    ASSERT_EQ(*parsed, tile);
  }
}

TEST(TilePath, RefusesWhatIsNoTilePath) {
  for (const absl::string_view bad : {
           "",
           "tile",
           "tile/8",
           "tile/8/0",
           "tile/8/0/",
           "/tile/8/0/000",
           "tile/8/0/000/",
           "tile//8/0/000",
           "tiles/8/0/000",
           "tile/8/0/0",
           "tile/8/0/1",
           "tile/8/0/00",
           "tile/8/0/0000",
           "tile/8/0/x000",
           "tile/8/0/x000/001",
           "tile/8/0/001/002",
           "tile/8/0/x001/x002",
           "tile/8/0/x1/002",
           "tile/8/0/xx01/002",
           "tile/8/0/X001/002",
           "tile/8/0/+01",
           "tile/8/0/-01",
           "tile/8/0/ 01",
           "tile/8/0/00a",
           // Heights and levels.
           "tile/08/0/000",
           "tile/+8/0/000",
           "tile/0/0/000",
           "tile/31/0/000",
           "tile/-8/0/000",
           "tile//0/000",
           "tile/8/00/000",
           "tile/8/01/000",
           "tile/8/-1/000",
           "tile/8/+1/000",
           "tile/8/Data/000",
           "tile/8/data0/000",
           "tile/8//000",
           "tile/8/99999999999999999999/000",
           // Widths.
           "tile/8/0/000.p/0",
           "tile/8/0/000.p/01",
           "tile/8/0/000.p/256",
           "tile/8/0/000.p/257",
           "tile/8/0/000.p/-1",
           "tile/8/0/000.p/+1",
           "tile/8/0/000.p/",
           "tile/8/0/000.p",
           "tile/8/0/000.p/1/2",
           "tile/8/0/000.p/1.p/1",
           "tile/8/0/000.P/1",
           "tile/8/0/.p/1",
           "tile/8/0/x001.p/000",
           "tile/8/0/000.p/99999999999999999999",
           "tile/8/.p/1",
           "tile/8.p/1",
           "tile/8/0.p/1",
           "tile/7/0/000.p/128",
           // Beyond int64, and more groups than any number has.
           "tile/8/0/x009/x223/x372/x036/x854/x775/808",
           "tile/8/0/x018/x446/x744/x073/x709/x551/616",
           "tile/8/0/x001/x000/x000/x000/x000/x000/x000/000",
       }) {
    EXPECT_EQ(ParseTilePath(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_TRUE(
      absl::IsInvalidArgument(ParseTilePath(absl::string_view("tile/8/0/000\0", 13)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseTilePath(std::string(100'000, '/')).status()));
}

TEST(TilePath, FindsNoTileBeyondAnyTree) {
  for (const absl::string_view path : {
           "tile/1/0/000", "tile/7/0/000.p/127", "tile/9/0/000.p/511", "tile/30/0/000",
           "tile/30/data/000.p/1000000",                                           // other heights
           "tile/8/8/000", "tile/8/64/000", "tile/8/9223372036854775807/000.p/1",  // levels
           "tile/8/7/000", "tile/8/7/000.p/128", "tile/8/7/001.p/1",
           "tile/8/0/x036/x028/x797/x018/x963/967",  // 2^55 - 1, full: 2^63 records
           "tile/8/0/x036/x028/x797/x018/x963/968.p/1",
           "tile/8/0/x009/x223/x372/x036/x854/x775/807",  // 2^63 - 1
       }) {
    EXPECT_EQ(ParseTilePath(path).status().code(), absl::StatusCode::kNotFound) << path;
  }
}

}  // namespace
}  // namespace sumlog::tlog
