// Goal: an undamaged log is clean; of a damaged one exactly the broken thing is named.
// Method: logs of sizes around tile boundaries in a store in memory, seen through a wrapper that
// damages one answer at a time.

#include "doctor/fsck.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"
#include "support/batch_builder.h"
#include "support/damaging_store.h"
#include "support/signed_log.h"
#include "support/small_sumdb.h"

namespace sumlog::doctor {
namespace {

using ::sumlog::testing::DamagingStore;
using ::sumlog::testing::SignedLog;
using ::sumlog::testing::TestKey;
using ::sumlog::testing::TestRecord;
using ::sumlog::testing::TestSigner;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

FsckOptions Thorough() {
  return {.keys = {TestSigner(testing::kSignedLogName).verifier()},
          .progress = nullptr,
          .every_leaf_row_up_to = 1u << 30};
}

FsckReport Check(const storage::LogStore& store) {
  const absl::StatusOr<FsckReport> report = Fsck(store, Thorough());
  EXPECT_TRUE(report.ok()) << report.status();
  return report.value_or(FsckReport{});
}

std::vector<std::string> Things(const FsckReport& report) {
  std::vector<std::string> things;
  for (const FsckProblem& problem : report.problems) things.push_back(problem.thing);
  EXPECT_EQ(report.problem_count, things.size());
  return things;
}

// Three tiles and a bit, in several commits, so that there is a history of heads.
class FsckDamage : public ::testing::Test {
 protected:
  FsckDamage() : true_(storage::NewMemoryStore()), log_(*true_), store_(*true_) {
    for (const std::uint64_t count : {3u, 297u, 1u, 500u}) log_.AppendMadeUp(count);
  }

  // The only problem there is.
  FsckProblem TheProblem() {
    const FsckReport report = Check(store_);
    EXPECT_THAT(Things(report), SizeIs(1));
    return report.problems.empty() ? FsckProblem{} : report.problems[0];
  }

  const std::unique_ptr<storage::LogStore> true_;
  SignedLog log_;
  DamagingStore store_;
};

TEST(Fsck, FindsNothingInASoundLog) {
  for (const std::uint64_t size : {0u, 1u, 2u, 255u, 256u, 257u, 511u, 512u, 70'000u}) {
    const auto store = storage::NewMemoryStore();
    SignedLog log(*store);
    log.AppendMadeUp(size);
    const FsckReport report = Check(*store);
    EXPECT_THAT(Things(report), IsEmpty()) << size;
    EXPECT_EQ(report.tree_size, size);
    EXPECT_EQ(report.records_checked, size);
    EXPECT_EQ(report.index_rows_checked, size);
    const std::uint64_t hash_tiles = tlog::TilesAddedBy(0, size).size();
    EXPECT_EQ(report.tiles_checked, (size + 255) / 256 + hash_tiles);
  }
}

TEST(Fsck, ChecksEveryHeadOfTheHistory) {
  const auto store = storage::NewMemoryStore();
  SignedLog log(*store);
  for (std::uint64_t i = 0; i < 300; ++i) log.AppendMadeUp(1);
  EXPECT_THAT(Things(Check(*store)), IsEmpty());
}

TEST(Fsck, SaysThatANewStoreHasNoHead) {
  EXPECT_TRUE(absl::IsNotFound(Fsck(*storage::NewMemoryStore(), Thorough()).status()));
}

TEST(Fsck, TellsItsProgress) {
  const auto store = storage::NewMemoryStore();
  SignedLog log(*store);
  log.AppendMadeUp(300);
  std::vector<std::string> told;
  FsckOptions options = Thorough();
  options.progress = [&told](const FsckProgress& progress) {
    told.push_back(absl::StrCat(progress.stage, " ", progress.done, "/", progress.total));
  };
  ASSERT_TRUE(Fsck(*store, options).ok());
  EXPECT_THAT(told, ElementsAre("data 0/300", "data 300/300", "index 0/300", "index 300/300"));
}

TEST_F(FsckDamage, IsCleanWithoutDamage) { EXPECT_THAT(Things(Check(store_)), IsEmpty()); }

TEST_F(FsckDamage, NamesTheRecordOfAnyFlippedBit) {
  for (const std::uint64_t number : {0u, 1u, 255u, 256u, 300u, 511u, 512u, 767u, 768u, 800u}) {
    for (const std::size_t place : {0u, 13u, 40u, 100u}) {
      store_.data_tiles = {{number / 256, [&](DamagingStore::Texts& texts) {
                              texts[number % 256][place] ^= 0x02;
                              return absl::OkStatus();
                            }}};
      const FsckProblem problem = TheProblem();
      EXPECT_EQ(problem.thing, absl::StrCat("data tile ", number / 256, " record ", number));
      EXPECT_TRUE(problem.signed_contradiction);
    }
  }
}

TEST_F(FsckDamage, NamesTheEntryOfAFlippedBitInAnyHashTile) {
  for (const auto& [level, index, width] :
       std::vector<std::tuple<std::uint32_t, std::uint64_t, std::size_t>>{
           {0, 0, 256}, {0, 1, 256}, {0, 2, 256}, {0, 3, 33}, {1, 0, 3}}) {
    for (std::size_t entry = 0; entry < width; entry += 17) {
      const std::size_t flipped = entry;
      store_.hash_tiles = {{{level, index}, [flipped](DamagingStore::Hashes& hashes) {
                              hashes[flipped][31] ^= 0x80;
                              return absl::OkStatus();
                            }}};
      const FsckProblem problem = TheProblem();
      EXPECT_EQ(problem.thing, absl::StrCat("hash tile ", level, "/", index, " entry ", entry));
      EXPECT_TRUE(problem.signed_contradiction);
    }
  }
}

TEST_F(FsckDamage, NamesWhatIsUnreadableAndGoesOn) {
  const auto unreadable = [](auto&) { return absl::DataLossError("checksum mismatch"); };
  store_.data_tiles[1] = unreadable;
  store_.hash_tiles[{0, 2}] = unreadable;
  store_.data_tiles[3] = [](DamagingStore::Texts& texts) {
    texts[5][0] ^= 1;
    return absl::OkStatus();
  };
  const FsckReport report = Check(store_);
  ASSERT_THAT(Things(report),
              ElementsAre("data tile 1", "hash tile 0/2", "data tile 3 record 773"));
  EXPECT_THAT(report.problems[0].what, HasSubstr("checksum mismatch"));
  EXPECT_FALSE(report.problems[0].signed_contradiction);
}

TEST_F(FsckDamage, SaysSoWhenNothingCanTellWhichIsWrong) {
  store_.hash_tiles[{1, 0}] = [](auto&) { return absl::DataLossError("checksum mismatch"); };
  store_.data_tiles[0] = [](DamagingStore::Texts& texts) {
    texts[5][0] ^= 1;
    return absl::OkStatus();
  };
  const FsckReport report = Check(store_);
  const std::vector<std::string> things = Things(report);
  ASSERT_THAT(things, ::testing::Contains("hash tile 0/0 entry 5"));
  ASSERT_THAT(things, ::testing::Contains("hash tile 1/0"));
  EXPECT_THAT(report.problems[0].what, HasSubstr("both may be wrong"));
}

TEST_F(FsckDamage, GoesOnWhenDataAndHashesOfATileAreGone) {
  const auto unreadable = [](auto&) { return absl::DataLossError("checksum mismatch"); };
  for (const std::uint64_t index : {0u, 1u, 3u}) {
    store_.data_tiles = {{index, unreadable}};
    store_.hash_tiles = {{{0, index}, unreadable}};
    EXPECT_THAT(Things(Check(store_)), ElementsAre(absl::StrCat("data tile ", index),
                                                   absl::StrCat("hash tile 0/", index)));
  }
}

TEST_F(FsckDamage, NamesShortTiles) {
  store_.data_tiles[0] = [](DamagingStore::Texts& texts) {
    texts.pop_back();
    return absl::OkStatus();
  };
  store_.hash_tiles[{0, 1}] = [](DamagingStore::Hashes& hashes) {
    hashes.pop_back();
    return absl::OkStatus();
  };
  EXPECT_THAT(Things(Check(store_)), ElementsAre("data tile 0", "hash tile 0/1"));
}

TEST_F(FsckDamage, FindsARecordAndItsHashChangedTogether) {
  const std::string text = "example.com/evil v1.0.0 h1:x\n";
  store_.data_tiles[1] = [&](DamagingStore::Texts& texts) {
    texts[7] = text;
    return absl::OkStatus();
  };
  store_.hash_tiles[{0, 1}] = [&](DamagingStore::Hashes& hashes) {
    hashes[7] = tlog::LeafHash(text);
    return absl::OkStatus();
  };
  const FsckReport report = Check(store_);
  EXPECT_THAT(Things(report),
              ::testing::Contains(::testing::StartsWith("hash tile 0/1 and what is below it")));
  EXPECT_TRUE(report.problems.back().signed_contradiction ||
              report.problems.front().signed_contradiction);
}

TEST_F(FsckDamage, NamesTheHeadWhenTheWholeTreeContradictsIt) {
  const auto other = storage::NewMemoryStore();
  SignedLog other_log(*other);
  other_log.Append({TestRecord(900)});
  other_log.AppendMadeUp(800);
  store_.newest_head = [&](storage::StoredHead& head) {
    head.note = other->SignedHead()->note;
    return absl::OkStatus();
  };
  const FsckReport report = Check(store_);
  ASSERT_THAT(Things(report), ::testing::Contains("signed head of 801 records"));
  EXPECT_TRUE(report.problems.back().signed_contradiction);
}

TEST_F(FsckDamage, FindsAFlippedBitAnywhereInTheNewestHead) {
  const std::string note = true_->SignedHead()->note;
  for (std::size_t place = 0; place < note.size(); place += 3) {
    store_.newest_head = [&](storage::StoredHead& head) {
      head.note[place] ^= 0x01;
      return absl::OkStatus();
    };
    store_.heads = [&](std::vector<storage::StoredHead>& heads) {
      if (!heads.empty() && heads.back().size == 801) heads.back().note[place] ^= 0x01;
      return absl::OkStatus();
    };
    const FsckReport report = Check(store_);
    ASSERT_GE(report.problem_count, 1u) << place;
    EXPECT_EQ(report.problems[0].thing, "signed head of 801 records") << place;
    EXPECT_FALSE(report.problems[0].signed_contradiction);
  }
}

TEST_F(FsckDamage, FindsAnUnreadableNewestHead) {
  store_.newest_head = [](storage::StoredHead&) { return absl::DataLossError("torn"); };
  EXPECT_EQ(TheProblem().thing, "newest signed head");
}

TEST_F(FsckDamage, FindsAHeadByAnotherKey) {
  FsckOptions options = Thorough();
  options.keys = {TestSigner("other.example.com").verifier()};
  const absl::StatusOr<FsckReport> report = Fsck(store_, options);
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(report->problems[0].what, HasSubstr("not signed by any key"));
}

TEST_F(FsckDamage, NamesTheDamagedHeadOfTheHistory) {
  for (const std::uint64_t size : {0u, 3u, 300u, 301u}) {
    store_.heads = [size](std::vector<storage::StoredHead>& heads) {
      for (storage::StoredHead& head : heads) {
        if (head.size == size) head.note[30] ^= 0x01;
      }
      return absl::OkStatus();
    };
    EXPECT_EQ(TheProblem().thing, absl::StrCat("signed head of ", size, " records"));
  }
}

TEST_F(FsckDamage, FindsTwoSignedHistories) {
  const auto other = storage::NewMemoryStore();
  SignedLog other_log(*other);
  other_log.Append({TestRecord(900)});
  other_log.AppendMadeUp(299);
  store_.heads = [&](std::vector<storage::StoredHead>& heads) {
    for (storage::StoredHead& head : heads) {
      if (head.size == 300) head.note = other->SignedHead()->note;
    }
    return absl::OkStatus();
  };
  const FsckProblem problem = TheProblem();
  EXPECT_EQ(problem.thing, "signed head of 300 records");
  EXPECT_TRUE(problem.signed_contradiction);
}

TEST_F(FsckDamage, NamesWrongIndexRows) {
  for (const std::uint64_t number : {0u, 300u, 800u}) {
    store_.index_rows = {{TestKey(number), (number + 5) % 801}};
    const FsckProblem problem = TheProblem();
    EXPECT_EQ(problem.thing, absl::StrCat("index row ", TestKey(number)));
    EXPECT_THAT(problem.what, HasSubstr(TestKey((number + 5) % 801)));
    EXPECT_FALSE(problem.signed_contradiction);
  }
}

TEST_F(FsckDamage, NamesMissingIndexRows) {
  for (const std::uint64_t number : {0u, 300u, 800u}) {
    store_.index_rows = {{TestKey(number), std::nullopt}};
    const FsckProblem problem = TheProblem();
    EXPECT_EQ(problem.thing, absl::StrCat("index row ", TestKey(number), " of record ", number));
    EXPECT_THAT(problem.what, HasSubstr("missing"));
  }
}

TEST_F(FsckDamage, NamesRowsOfNoRecord) {
  store_.index_rows = {{"example.com/ghost@v1.0.0", 7}};
  EXPECT_EQ(TheProblem().thing, "index row example.com/ghost@v1.0.0");
}

TEST_F(FsckDamage, FindsTwoRowsThatAreSwapped) {
  store_.index_rows = {{TestKey(3), 4}, {TestKey(4), 3}};
  EXPECT_THAT(Things(Check(store_)), ElementsAre(absl::StrCat("index row ", TestKey(3)),
                                                 absl::StrCat("index row ", TestKey(4))));
}

TEST_F(FsckDamage, GoesOnWithRecordsWhenTheIndexIsUnreadable) {
  store_.unreadable_rows = {{TestKey(500), absl::DataLossError("checksum mismatch")}};
  store_.index_rows = {{TestKey(700), std::nullopt}};
  EXPECT_THAT(Things(Check(store_)),
              ElementsAre("index after row example.com/m4@v1.0.0",
                          absl::StrCat("index row ", TestKey(500), " of record 500"),
                          absl::StrCat("index row ", TestKey(700), " of record 700")));
}

TEST_F(FsckDamage, NamesLeafRows) {
  store_.leaf_rows = {{tlog::LeafHash(TestRecord(5)), absl::NotFoundError("no row")},
                      {tlog::LeafHash(TestRecord(300)), absl::StatusOr<std::uint64_t>(301)},
                      {tlog::LeafHash(TestRecord(800)), absl::StatusOr<std::uint64_t>(2)}};
  EXPECT_THAT(Things(Check(store_)), ElementsAre("leaf row of record 5", "leaf row of record 300",
                                                 "leaf row of record 800"));
}

TEST_F(FsckDamage, NamesDamagedProvenance) {
  for (std::uint64_t number = 0; number < 3; ++number) {
    store_.provenances.insert_or_assign(number, absl::DataLossError("checksum mismatch"));
  }
  storage::Provenance unsaid = *true_->Provenance(300);
  unsaid.how.clear();
  store_.provenances.insert_or_assign(300, unsaid);
  EXPECT_THAT(Things(Check(store_)),
              ElementsAre("provenance from record 0 on", "provenance from record 300 on"));
}

TEST_F(FsckDamage, HandsOnADiskThatDoesNotAnswer) {
  const auto fails = [](auto&) { return absl::UnavailableError("input/output error"); };
  store_.data_tiles[1] = fails;
  EXPECT_TRUE(absl::IsUnavailable(Fsck(store_, Thorough()).status()));
  store_.data_tiles.clear();
  store_.hash_tiles[{1, 0}] = fails;
  EXPECT_TRUE(absl::IsUnavailable(Fsck(store_, Thorough()).status()));
}

TEST(Fsck, NamesRecordsThatTheTreeHoldsTwice) {
  const auto store = storage::NewMemoryStore();
  SignedLog log(*store);
  log.AppendMadeUp(300);
  std::string other = TestRecord(17);
  other[other.find("h1:") + 3] = 'A';
  log.Append({TestRecord(4), other});
  const FsckReport report = Check(*store);
  ASSERT_THAT(Things(report), ElementsAre("record 300", "record 301"));
  EXPECT_THAT(report.problems[0].what, HasSubstr("repeats record 4"));
  EXPECT_FALSE(report.problems[0].signed_contradiction);
  EXPECT_THAT(report.problems[1].what, HasSubstr("other hashes than record 17"));
  EXPECT_TRUE(report.problems[1].signed_contradiction);
}

TEST(Fsck, NamesMalformedRecords) {
  const auto store = storage::NewMemoryStore();
  SignedLog log(*store);
  log.AppendMadeUp(3);
  log.Append({TestRecord(3).substr(0, TestRecord(3).find('\n') + 1), "odd\n", TestRecord(5)});
  const FsckReport report = Check(*store);
  EXPECT_THAT(Things(report), ElementsAre("record 3", "record 4"));
  EXPECT_THAT(report.problems[0].what, HasSubstr("malformed"));
}

TEST(Fsck, KeepsABoundedListAndCountsAll) {
  const auto store = storage::NewMemoryStore();
  SignedLog log(*store);
  log.Append(std::vector<std::string>(kMaxFsckProblems + 10, "odd\n"));
  const FsckReport report = Check(*store);
  EXPECT_THAT(report.problems, SizeIs(kMaxFsckProblems));
  EXPECT_EQ(report.problem_count, kMaxFsckProblems + 10);
}

// The exit code depends on it, so it must not depend on what came first.
TEST(Fsck, CountsAContradictionBehindMoreProblemsThanItKeeps) {
  const auto store = storage::NewMemoryStore();
  SignedLog log(*store);
  log.Append(std::vector<std::string>(kMaxFsckProblems + 10, "odd\n"));
  log.AppendMadeUp(300);
  EXPECT_EQ(Check(*store).contradiction_count, 0u);
  DamagingStore damaged(*store);
  damaged.hash_tiles[{1, 0}] = [](std::vector<tlog::Hash>& hashes) {
    hashes.back()[0] ^= 1;
    return absl::OkStatus();
  };
  const FsckReport report = Check(damaged);
  EXPECT_GT(report.contradiction_count, 0u);
  for (const FsckProblem& problem : report.problems) EXPECT_FALSE(problem.signed_contradiction);
}

TEST_F(FsckDamage, FindsADamagedLeafRowAgainWithTheSameSeed) {
  store_.leaf_rows = {{tlog::LeafHash(TestRecord(5)), absl::NotFoundError("no row")}};
  FsckOptions sample = Thorough();
  sample.every_leaf_row_up_to = 800;  // one less than there are
  std::set<std::uint64_t> counts;
  for (sample.seed = 1; sample.seed <= 2000; ++sample.seed) {
    const std::uint64_t count = Fsck(store_, sample)->problem_count;
    counts.insert(count);
    if (count == 0) continue;
    for (int again = 0; again < 3; ++again) EXPECT_EQ(Fsck(store_, sample)->problem_count, 1u);
    break;
  }
  EXPECT_THAT(counts, ElementsAre(0, 1));  // other seeds, other samples
  EXPECT_EQ(Fsck(store_, sample)->leaf_rows_checked, 3u + 801u % 256u);
  sample.every_leaf_row_up_to = 801;
  EXPECT_EQ(Fsck(store_, sample)->leaf_rows_checked, 801u);
}

}  // namespace
}  // namespace sumlog::doctor
