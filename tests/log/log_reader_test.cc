// Goal: the read side answers below one published head, exactly, and never with damaged data.
// Method: a whole log over the memory store; tiles are compared with the recursive definition of
// the tree (support/reference_tree.h); a
// reader is given a head that promises more than its store has.

#include "log/log_reader.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/inclusion.h"
#include "support/reference_tree.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::MakeRecords;
using ::sumlog::testing::TestLog;
using tlog::TileId;

constexpr std::uint64_t kSize = 256 + 256 + 3;

// A log of `size` records and the leaf hashes of all of them.
class FilledLog {
 public:
  explicit FilledLog(std::uint64_t size) {
    CHECK(log_.Open().ok());
    std::vector<gosum::Record> records = MakeRecords(0, size);
    for (const gosum::Record& record : records) {
      leaves_.push_back(tlog::LeafHash(gosum::FormatRecordText(record)));
    }
    const std::ptrdiff_t half = static_cast<std::ptrdiff_t>(size / 2);
    CHECK(log_.Add({records.begin(), records.begin() + half}).ok());
    CHECK(log_.Add({records.begin() + half, records.end()}).ok());
  }

  const LogReader& reader() { return log_->reader(); }
  const std::vector<tlog::Hash>& leaves() const { return leaves_; }

  // The wanted hashes, by the recursive definition.
  std::vector<tlog::Hash> Reference(const TileId& tile) const {
    std::uint64_t span = 1;
    for (std::uint32_t level = 0; level < tile.level; ++level) span *= 256;
    std::vector<tlog::Hash> hashes;
    for (std::uint32_t i = 0; i < tile.width; ++i) {
      hashes.push_back(tlog::ReferenceRoot(
          absl::MakeConstSpan(leaves_).subspan((tile.index * 256 + i) * span, span)));
    }
    return hashes;
  }

 private:
  TestLog log_;
  std::vector<tlog::Hash> leaves_;
};

class LogReaderTest : public ::testing::Test {
 protected:
  const LogReader& reader() { return log_.reader(); }

  FilledLog log_{kSize};
};

TEST_F(LogReaderTest, LooksUpEveryKindOfRecord) {
  for (const std::uint64_t number : std::vector<std::uint64_t>{0, 255, 256, 511, 512, kSize - 1}) {
    const absl::StatusOr<LookupAnswer> answer = reader().Lookup(MakeRecord(number).module);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->number, number);
    EXPECT_EQ(answer->record_text, gosum::FormatRecordText(MakeRecord(number)));
    EXPECT_GT(answer->head->signed_head.head.size, number);
  }
}

TEST_F(LogReaderTest, SaysNotFoundForWhatTheLogDoesNotHave) {
  EXPECT_TRUE(absl::IsNotFound(reader().Lookup(MakeRecord(kSize).module).status()));
  EXPECT_TRUE(
      absl::IsNotFound(reader().Lookup({.path = "example.com/m1", .version = "v1.0.1"}).status()));
}

TEST_F(LogReaderTest, GivesHashTilesOfEveryWidth) {
  for (const TileId& widest :
       {TileId{.level = 0, .index = 0, .width = 256}, TileId{.level = 0, .index = 1, .width = 256},
        TileId{.level = 0, .index = 2, .width = 3}, TileId{.level = 1, .index = 0, .width = 2}}) {
    const std::vector<tlog::Hash> reference = log_.Reference(widest);
    for (std::uint32_t width = 1; width <= widest.width; ++width) {
      TileId tile = widest;
      tile.width = width;
      const auto hashes = reader().HashTile(tile);
      ASSERT_TRUE(hashes.ok()) << hashes.status();
      EXPECT_EQ(*hashes, std::vector<tlog::Hash>(reference.begin(), reference.begin() + width));
    }
  }
}

TEST(LogReaderBigTree, GivesTilesAndProofsOnThreeLevels) {
  constexpr std::uint64_t kBig = 256 * 256 + 256 + 3;
  FilledLog log(kBig);
  for (const TileId& tile :
       {TileId{.level = 0, .index = 257, .width = 3}, TileId{.level = 1, .index = 0, .width = 256},
        TileId{.level = 1, .index = 1, .width = 1}, TileId{.level = 2, .index = 0, .width = 1}}) {
    const auto hashes = log.reader().HashTile(tile);
    ASSERT_TRUE(hashes.ok()) << hashes.status();
    EXPECT_EQ(*hashes, log.Reference(tile));
  }
  EXPECT_TRUE(
      absl::IsNotFound(log.reader().HashTile({.level = 1, .index = 1, .width = 2}).status()));
  const auto tiles = log.reader().Tiles();
  const auto path = tlog::ProveInclusion({.index = 65'535, .tree_size = kBig}, *tiles);
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(tlog::VerifyInclusion(log.reader().Newest()->signed_head.head, 65'535,
                                  log.leaves()[65'535], *path),
            absl::OkStatus());
}

TEST_F(LogReaderTest, SaysNotFoundForTilesThatTheHeadDoesNotCover) {
  for (const TileId& tile :
       {TileId{.level = 0, .index = 2, .width = 4}, TileId{.level = 0, .index = 3, .width = 1},
        TileId{.level = 1, .index = 0, .width = 3}, TileId{.level = 2, .index = 0, .width = 1},
        TileId{.level = 8, .index = 0, .width = 1}, TileId{.level = 63, .index = 0, .width = 1},
        TileId{.level = 0, .index = ~std::uint64_t{0}, .width = 1}}) {
    EXPECT_TRUE(absl::IsNotFound(reader().HashTile(tile).status())) << tile.level;
    if (tile.level > 0) continue;
    TileId data = tile;
    data.kind = TileId::Kind::kData;
    EXPECT_TRUE(absl::IsNotFound(reader().DataTile(data).status()));
  }
}

TEST_F(LogReaderTest, CallsWidthsAndKindsThatNoTileHasInvalid) {
  for (const std::uint32_t width : {0u, 257u, ~0u}) {
    EXPECT_TRUE(absl::IsInvalidArgument(reader().HashTile({.width = width}).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(
        reader().DataTile({.kind = TileId::Kind::kData, .width = width}).status()));
  }
  EXPECT_TRUE(absl::IsInvalidArgument(reader().HashTile({.kind = TileId::Kind::kData}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(reader().DataTile({.kind = TileId::Kind::kHash}).status()));
}

TEST_F(LogReaderTest, GivesDataTilesOfEveryWidth) {
  for (const TileId& widest : {TileId{.kind = TileId::Kind::kData, .index = 0, .width = 256},
                               TileId{.kind = TileId::Kind::kData, .index = 2, .width = 3}}) {
    for (std::uint32_t width = 1; width <= widest.width; width += width < 4 ? 1 : 84) {
      TileId tile = widest;
      tile.width = width;
      const auto texts = reader().DataTile(tile);
      ASSERT_TRUE(texts.ok()) << texts.status();
      ASSERT_EQ(texts->size(), tile.width);
      for (std::uint32_t i = 0; i < tile.width; ++i) {
        EXPECT_EQ((*texts)[i], gosum::FormatRecordText(MakeRecord(tile.index * 256 + i)));
      }
    }
  }
}

TEST_F(LogReaderTest, GivesTilesThatProofsVerifyWith) {
  const tlog::TreeHead head = reader().Newest()->signed_head.head;
  const auto tiles = reader().Tiles();
  for (const std::uint64_t number : std::vector<std::uint64_t>{0, 255, 256, 511, kSize - 1}) {
    const auto path = tlog::ProveInclusion({.index = number, .tree_size = kSize}, *tiles);
    ASSERT_TRUE(path.ok()) << path.status();
    EXPECT_EQ(tlog::VerifyInclusion(head, number, log_.leaves()[number], *path), absl::OkStatus());
  }
  const tlog::TreeHead older{
      .size = 257, .root = tlog::ReferenceRoot(absl::MakeConstSpan(log_.leaves()).subspan(0, 257))};
  const auto path = tlog::ProveConsistency({.old_size = 257, .new_size = kSize}, *tiles);
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(tlog::VerifyConsistency(older, head, *path), absl::OkStatus());
  EXPECT_TRUE(absl::IsNotFound(
      tlog::ProveInclusion({.index = 0, .tree_size = kSize + 1}, *tiles).status()));
}

TEST(LogReaderCadence, RenewsTheHeadOfLookupsOncePerInterval) {
  TestLog log;
  log.options.reader.head_interval = absl::Seconds(1);
  ASSERT_EQ(log.Open(), absl::OkStatus());
  const LogReader& reader = log->reader();
  const auto size_for = [&reader](std::uint64_t number) {
    return reader.Lookup(MakeRecord(number).module)->head->signed_head.head.size;
  };
  ASSERT_TRUE(log.Add({MakeRecord(0)}).ok());
  EXPECT_EQ(size_for(0), 1u);  // younger than the cadence head: the newest
  log.clock.Advance(absl::Seconds(1));
  EXPECT_EQ(size_for(0), 1u);  // renewed here
  ASSERT_TRUE(log.Add({MakeRecord(1)}).ok());
  ASSERT_TRUE(log.Add({MakeRecord(2)}).ok());
  log.clock.Advance(absl::Milliseconds(999));
  EXPECT_EQ(size_for(0), 1u);
  EXPECT_EQ(size_for(1), 3u);
  EXPECT_EQ(size_for(0), 1u);
  log.clock.Advance(absl::Milliseconds(1));
  EXPECT_EQ(size_for(0), 3u);
  ASSERT_TRUE(log.Add({MakeRecord(3)}).ok());
  EXPECT_EQ(size_for(1), 3u);
  EXPECT_EQ(reader.Newest()->signed_head.head.size, 4u);
}

TEST(LogReaderCadence, AlwaysGivesTheNewestHeadWithoutAnInterval) {
  TestLog log;
  log.options.reader.head_interval = absl::ZeroDuration();
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add({MakeRecord(0)}).ok());
  ASSERT_TRUE(log.Add({MakeRecord(1)}).ok());
  EXPECT_EQ(log->reader().HeadForLookup(0)->signed_head.head.size, 2u);
}

TEST(LogReaderCadence, RenewsAfterTheClockWasSetBack) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add({MakeRecord(0)}).ok());
  log.clock.Advance(absl::Seconds(2));
  EXPECT_EQ(log->reader().HeadForLookup(0)->signed_head.head.size, 1u);
  ASSERT_TRUE(log.Add({MakeRecord(1)}).ok());
  log.clock.Advance(-absl::Hours(5));
  EXPECT_EQ(log->reader().HeadForLookup(0)->signed_head.head.size, 2u);
}

TEST(LogReaderPublication, HidesWhatIsCommittedButNotPublished) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add({MakeRecord(0)}).ok());
  log.anchor->FailWith(absl::UnavailableError("not now"));
  ASSERT_FALSE(log.Add({MakeRecord(1)}).ok());
  ASSERT_EQ(*log.store->Find(MakeRecord(1).module.ToString()), 1u);
  EXPECT_TRUE(absl::IsNotFound(log->reader().Lookup(MakeRecord(1).module).status()));
  EXPECT_TRUE(absl::IsNotFound(log->reader().HashTile({.width = 2}).status()));
  EXPECT_TRUE(
      absl::IsNotFound(log->reader().DataTile({.kind = TileId::Kind::kData, .width = 2}).status()));
  EXPECT_EQ(log->reader().DataTile({.kind = TileId::Kind::kData, .width = 1})->size(), 1u);
}

TEST(LogReaderCache, AnswersAgainWithoutTheStore) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add({MakeRecord(0), MakeRecord(1)}).ok());
  const LogReader& reader = log->reader();
  ASSERT_TRUE(reader.Lookup(MakeRecord(0).module).ok());
  log.store->FailReads(absl::UnavailableError("not now"));
  const absl::StatusOr<LookupAnswer> answer = reader.Lookup(MakeRecord(0).module);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->number, 0u);
  EXPECT_EQ(answer->record_text, gosum::FormatRecordText(MakeRecord(0)));
  EXPECT_TRUE(absl::IsUnavailable(reader.Lookup(MakeRecord(1).module).status()));
}

TEST(LogReaderCache, RefusesABlockedVersionThatItHas) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add({MakeRecord(0)}).ok());
  const gosum::ModuleVersion module = MakeRecord(0).module;
  ASSERT_TRUE(log->reader().Lookup(module).ok());
  const Decision decision = {.reason = "bad", .who = "ops", .when = log.clock.Now()};
  ASSERT_EQ(log->blocks().Block({.module = module, .decision = decision}), absl::OkStatus());
  EXPECT_TRUE(absl::IsPermissionDenied(log->reader().Lookup(module).status()));
}

// A reader whose head promises more than its store has.
class LogReaderDamage : public ::testing::Test {
 protected:
  LogReaderDamage() {
    CHECK(full_.Open().ok());
    CHECK(full_.Add(MakeRecords(0, 600)).ok());
    CHECK(short_.Open().ok());
    CHECK(short_.Add(MakeRecords(0, 100)).ok());
    reader_ = std::make_unique<LogReader>(short_.store, full_->reader().Newest(),
                                          LogReader::Options(), &full_.clock);
  }
  TestLog full_, short_;
  std::unique_ptr<LogReader> reader_;
};

TEST_F(LogReaderDamage, CallsTilesThatAreTooNarrowOrMissingDataLoss) {
  EXPECT_TRUE(absl::IsDataLoss(reader_->HashTile({.index = 0, .width = 101}).status()));
  EXPECT_TRUE(absl::IsDataLoss(reader_->HashTile({.index = 1, .width = 1}).status()));
  EXPECT_TRUE(reader_->HashTile({.index = 0, .width = 100}).ok());
  EXPECT_TRUE(reader_->HashTile({.index = 2, .width = 88}).ok());  // the edge is in memory
  const TileId data{.kind = TileId::Kind::kData, .index = 0, .width = 101};
  EXPECT_TRUE(absl::IsDataLoss(reader_->DataTile(data).status()));
  const TileId missing{.kind = TileId::Kind::kData, .index = 1, .width = 1};
  EXPECT_TRUE(absl::IsDataLoss(reader_->DataTile(missing).status()));
  EXPECT_TRUE(absl::IsDataLoss(
      tlog::ProveInclusion({.index = 0, .tree_size = 600}, *reader_->Tiles()).status()));
}

TEST_F(LogReaderDamage, HandsOnTheErrorsOfTheStore) {
  short_.store->FailReads(absl::UnavailableError("busy"));
  EXPECT_TRUE(absl::IsUnavailable(reader_->Lookup(MakeRecord(0).module).status()));
}

}  // namespace
}  // namespace sumlog::log
