// Goal: a tile answer is exactly a tile; partial tiles may come from full ones; the cache is
// bounded and never gives less or other than was kept. Method: an honest small database, then
// answers of wrong lengths and missing tiles.

#include "client/tile_fetcher.h"

#include <string>
#include <vector>

#include "client/tile_cache.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/small_sumdb.h"

namespace sumlog::client {
namespace {

using ::sumlog::testing::SmallSumdb;
using ::sumlog::testing::TestSigner;
using ::testing::ElementsAre;

constexpr tlog::TileId kPartial{.level = 0, .index = 0, .width = 5};
constexpr tlog::TileId kFull{.level = 0, .index = 0, .width = 256};

TEST(TileFetcher, FetchesPartialAndFullTiles) {
  SmallSumdb sumdb(TestSigner("sum.example.com"));
  sumdb.AppendMadeUp(300);
  TileFetcher tiles(sumdb);
  const auto read = tiles.ReadTiles({kPartial, kFull});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->at(0).size(), 5u);
  EXPECT_EQ(read->at(1).size(), 256u);
  EXPECT_EQ(read->at(1)[4], tlog::LeafHash(sumdb.text(4)));
  EXPECT_THAT(sumdb.TakeAsked(), ElementsAre("/tile/8/0/000.p/5", "/tile/8/0/000"));
}

TEST(TileFetcher, CutsTheFullTileWhenThePartialOneIsGone) {
  SmallSumdb sumdb(TestSigner("sum.example.com"));
  sumdb.AppendMadeUp(256);
  sumdb.HavePartialTiles(false);
  TileFetcher tiles(sumdb);
  const auto read = tiles.ReadTiles({kPartial});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->at(0).size(), 5u);
  EXPECT_EQ(read->at(0)[4], tlog::LeafHash(sumdb.text(4)));
}

TEST(TileFetcher, CallsAMissingTileUnavailable) {
  SmallSumdb sumdb(TestSigner("sum.example.com"));
  sumdb.AppendMadeUp(4);
  TileFetcher tiles(sumdb);
  EXPECT_TRUE(absl::IsUnavailable(tiles.ReadTiles({kPartial}).status()));
  EXPECT_TRUE(absl::IsUnavailable(tiles.ReadTiles({kFull}).status()));
}

TEST(TileFetcher, RefusesAnAnswerOfAnotherLength) {
  SmallSumdb sumdb(TestSigner("sum.example.com"));
  sumdb.AppendMadeUp(5);
  for (const std::size_t length : {0u, 1u, 32u, 159u}) {
    sumdb.Damage([length](const std::string&, absl::StatusOr<std::string> answer) {
      return answer->substr(0, length);
    });
    TileFetcher tiles(sumdb);
    EXPECT_TRUE(absl::IsDataLoss(tiles.ReadTiles({kPartial}).status())) << length;
  }
  for (const std::size_t more : {1u, 32u, 1u << 20}) {
    sumdb.Damage([more](const std::string&, absl::StatusOr<std::string> answer) {
      return *answer + std::string(more, 'x');
    });
    TileFetcher tiles(sumdb);
    EXPECT_TRUE(absl::IsDataLoss(tiles.ReadTiles({kPartial}).status())) << more;
  }
}

std::vector<tlog::Hash> Hashes(std::size_t count) {
  std::vector<tlog::Hash> hashes(count);
  for (std::size_t i = 0; i < count; ++i) hashes[i][0] = static_cast<std::uint8_t>(i + 1);
  return hashes;
}

TEST(TileCache, GivesPrefixesOfTheWidestTile) {
  TileCache cache;
  EXPECT_EQ(cache.Find(kPartial), std::nullopt);
  cache.Keep(kPartial, Hashes(5));
  EXPECT_EQ(cache.Find(kPartial), Hashes(5));
  EXPECT_EQ(cache.Find(kFull), std::nullopt);
  cache.Keep(kFull, Hashes(256));
  cache.Keep(kPartial, Hashes(5));
  EXPECT_EQ(cache.Find(kPartial), Hashes(5));
  EXPECT_EQ(cache.Find(kFull), Hashes(256));
}

TEST(TileCache, KeepsWhatIsUsedAndForgetsTheRest) {
  TileCache cache;
  const tlog::TileId used{.level = 1, .index = 0, .width = 1};
  const tlog::TileId unused{.level = 1, .index = 1, .width = 1};
  cache.Keep(used, Hashes(1));
  cache.Keep(unused, Hashes(1));
  for (std::uint64_t i = 0; i < 4 * TileCache::kTilesPerGeneration; ++i) {
    cache.Keep({.level = 0, .index = i, .width = 1}, Hashes(1));
    if (i % 100 == 0) {
      EXPECT_EQ(cache.Find(used), Hashes(1)) << i;
    }
  }
  EXPECT_EQ(cache.Find(unused), std::nullopt);
}

}  // namespace
}  // namespace sumlog::client
