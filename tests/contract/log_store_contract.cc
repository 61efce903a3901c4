// Goal: every sentence of log_store.h holds for every store.
// Method: small batches from a real tree, around the boundaries at 256 and 65,536 records; each
// promise is also asked after the store was closed and opened again; each broken batch must leave
// everything as it was.

#include "contract/log_store_contract.h"

#include <atomic>
#include <limits>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::testing {

using storage::CommitBatch;
using storage::PackedTexts;
using storage::StoredHead;

absl::Status LogStoreContract::Commit(const CommitBatch& batch) {
  return GetParam().bulk ? store().CommitBulk(batch) : store().Commit(batch);
}

void LogStoreContract::Grow(std::initializer_list<std::uint64_t> counts) {
  ASSERT_EQ(Commit(builder_.First()), absl::OkStatus());
  for (const std::uint64_t count : counts) {
    ASSERT_EQ(Commit(builder_.NextMadeUp(count)), absl::OkStatus());
  }
}

void LogStoreContract::ExpectRefused(const CommitBatch& batch, absl::StatusCode code) {
  const absl::StatusOr<StoredHead> head = store().SignedHead();
  EXPECT_EQ(Commit(batch).code(), code);
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_EQ(store().SignedHead().status().code(), head.status().code());
    if (head.ok()) {
      EXPECT_EQ(*store().SignedHead(), *head);
    }
    const std::uint64_t size = head.ok() ? head->size : 0;
    EXPECT_TRUE(absl::IsNotFound(store().Record(size).status()));
    for (const storage::IndexRow& row : batch.index) {
      const absl::StatusOr<std::uint64_t> found = store().Find(row.key);
      EXPECT_TRUE(!found.ok() || *found < size);
    }
    Reopen();
  }
}

namespace {

constexpr std::uint64_t kMaxSize = std::numeric_limits<std::uint64_t>::max();

TEST_P(LogStoreContract, HasNothingWhenNew) {
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_TRUE(absl::IsNotFound(store().SignedHead().status()));
    EXPECT_THAT(*store().SignedHeads(0, kMaxSize, 10), ::testing::IsEmpty());
    EXPECT_TRUE(absl::IsNotFound(store().HashTile(0, 0).status()));
    EXPECT_TRUE(absl::IsNotFound(store().DataTile(0).status()));
    EXPECT_TRUE(absl::IsNotFound(store().Record(0).status()));
    EXPECT_TRUE(absl::IsNotFound(store().Provenance(0).status()));
    EXPECT_TRUE(absl::IsNotFound(store().Find("example.com/m@v1.0.0").status()));
    EXPECT_TRUE(absl::IsNotFound(store().FindLeaf(tlog::LeafHash("")).status()));
    Reopen();
  }
}

TEST_P(LogStoreContract, KeepsTheHeadOfTheEmptyTree) {
  Grow({});
  Reopen();
  const absl::StatusOr<StoredHead> head = store().SignedHead();
  ASSERT_EQ(head.status(), absl::OkStatus());
  EXPECT_EQ(head->size, 0u);
  EXPECT_TRUE(absl::IsNotFound(store().HashTile(0, 0).status()));
}

TEST_P(LogStoreContract, GivesBackWhatWasCommitted) {
  Grow({});
  const CommitBatch batch = builder_.NextMadeUp(3);
  ASSERT_EQ(Commit(batch), absl::OkStatus());
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_EQ(*store().SignedHead(), batch.head);
    EXPECT_EQ(*store().DataTile(0), batch.records);
    EXPECT_EQ(*store().HashTile(0, 0), batch.tiles[0].hashes);
    for (std::uint64_t number = 0; number < 3; ++number) {
      EXPECT_EQ(*store().Record(number), TestRecord(number));
      EXPECT_EQ(*store().Find(TestKey(number)), number);
      EXPECT_EQ(*store().FindLeaf(tlog::LeafHash(TestRecord(number))), number);
      EXPECT_EQ(*store().Provenance(number), batch.provenance[0].provenance);
    }
    Reopen();
  }
}

TEST_P(LogStoreContract, KeepsTextsOfAnyBytes) {
  Grow({});
  const std::vector<std::string> texts = {"", std::string("\0\n\xff", 3),
                                          std::string(storage::kMaxRecordBytes, 'x'), ""};
  ASSERT_EQ(Commit(builder_.Next(texts)), absl::OkStatus());
  ASSERT_EQ(Commit(builder_.NextMadeUp(300)), absl::OkStatus());
  Reopen();
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(*store().Record(i), texts[i]);
  EXPECT_EQ((*store().DataTile(0))[2], texts[2]);
}

TEST_P(LogStoreContract, CutsNothingAndAddsNothingAroundTileBoundaries) {
  Grow({});
  for (const std::uint64_t count : {1u, 254u, 1u, 1u, 255u, 256u, 257u, 2u, 600u}) {
    ASSERT_EQ(Commit(builder_.NextMadeUp(count)), absl::OkStatus());
    const std::uint64_t size = builder_.size();
    SCOPED_TRACE(size);
    for (std::uint64_t index = 0; index <= size / 256; ++index) {
      const std::uint32_t width = tlog::WidestTile(0, index, size);
      if (width == 0) continue;
      const absl::StatusOr<PackedTexts> texts = store().DataTile(index);
      const absl::StatusOr<std::vector<tlog::Hash>> hashes = store().HashTile(0, index);
      ASSERT_EQ(texts.status(), absl::OkStatus());
      ASSERT_EQ(hashes.status(), absl::OkStatus());
      ASSERT_EQ(texts->size(), width);
      ASSERT_EQ(hashes->size(), width);
      for (std::uint32_t i = 0; i < width; ++i) {
        EXPECT_EQ((*texts)[i], TestRecord(256 * index + i));
        EXPECT_EQ((*hashes)[i], tlog::LeafHash(TestRecord(256 * index + i)));
      }
    }
    const std::uint32_t parents = tlog::WidestTile(1, 0, size);
    if (parents > 0) {
      EXPECT_EQ(store().HashTile(1, 0)->size(), parents);
    }
    EXPECT_TRUE(absl::IsNotFound(store().DataTile(size / 256 + 1).status()));
    EXPECT_TRUE(absl::IsNotFound(store().HashTile(1, 1).status()));
    EXPECT_TRUE(absl::IsNotFound(store().HashTile(2, 0).status()));
    EXPECT_TRUE(absl::IsNotFound(store().Record(size).status()));
  }
}

TEST_P(LogStoreContract, KeepsTheThirdLevelOfTiles) {
  Grow({65'535});
  EXPECT_EQ(store().HashTile(1, 0)->size(), 255u);
  EXPECT_TRUE(absl::IsNotFound(store().HashTile(2, 0).status()));
  const CommitBatch batch = builder_.NextMadeUp(1);
  ASSERT_EQ(Commit(batch), absl::OkStatus());
  Reopen();
  EXPECT_EQ(store().HashTile(1, 0)->size(), 256u);
  EXPECT_EQ(store().HashTile(1, 0)->back(), batch.tiles[1].hashes[0]);
  EXPECT_EQ(*store().HashTile(2, 0), batch.tiles[2].hashes);
}

TEST_P(LogStoreContract, HasNoTileOfALevelThatNoTreeHas) {
  Grow({3});
  EXPECT_TRUE(absl::IsNotFound(store().HashTile(tlog::kMaxTileLevels, 0).status()));
  EXPECT_TRUE(absl::IsNotFound(store().HashTile(1000, 0).status()));
  EXPECT_TRUE(absl::IsNotFound(store().HashTile(0, kMaxSize).status()));
  EXPECT_TRUE(absl::IsNotFound(store().DataTile(kMaxSize).status()));
  EXPECT_TRUE(absl::IsNotFound(store().Record(kMaxSize).status()));
}

TEST_P(LogStoreContract, RefusesAWriterThatDidNotSeeTheNewestHead) {
  Grow({2});
  BatchBuilder behind;
  behind.First();
  ExpectRefused(behind.NextMadeUp(1), absl::StatusCode::kFailedPrecondition);
  BatchBuilder ahead;
  ahead.First();
  ahead.NextMadeUp(5);
  ExpectRefused(ahead.NextMadeUp(1), absl::StatusCode::kFailedPrecondition);
}

TEST_P(LogStoreContract, RefusesAFirstHeadWhenThereIsOne) {
  Grow({});
  ExpectRefused(BatchBuilder().First(), absl::StatusCode::kFailedPrecondition);
  ASSERT_EQ(Commit(builder_.NextMadeUp(2)), absl::OkStatus());
  ExpectRefused(BatchBuilder().First(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(LogStoreContract, RefusesRecordsBeforeTheFirstHead) {
  ExpectRefused(BatchBuilder().NextMadeUp(1), absl::StatusCode::kFailedPrecondition);
}

TEST_P(LogStoreContract, TakesTheFirstHeadTogetherWithRecords) {
  CommitBatch batch = builder_.NextMadeUp(300);
  batch.expect_new_store = true;
  ASSERT_EQ(Commit(batch), absl::OkStatus());
  EXPECT_EQ(*store().Record(299), TestRecord(299));
}

TEST_P(LogStoreContract, SaysWhichSizesDisagree) {
  Grow({2});
  BatchBuilder behind;
  behind.First();
  EXPECT_EQ(Commit(behind.NextMadeUp(1)).message(), "the newest head has size 2, want 0");
}

TEST_P(LogStoreContract, RefusesSizesThatContradictEachOther) {
  Grow({2});
  const CommitBatch good = builder_.NextMadeUp(3);
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{4}, std::uint64_t{6}, kMaxSize}) {
    CommitBatch bad = good;
    bad.head.size = size;
    ExpectRefused(bad, absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Commit(good), absl::OkStatus());
}

TEST_P(LogStoreContract, RefusesANewStoreThatIsNotEmpty) {
  CommitBatch bad = builder_.First();
  bad.expected_size = 1;
  bad.head.size = 1;
  ExpectRefused(bad, absl::StatusCode::kInvalidArgument);
}

TEST_P(LogStoreContract, RefusesTilesThatAreNotWhatTheTreeGains) {
  Grow({250});
  const CommitBatch good = builder_.NextMadeUp(300);  // to 550: tiles 0, 1, 2 and level 1
  ASSERT_EQ(good.tiles.size(), 4u);
  std::vector<CommitBatch> bad(12, good);
  bad[0].tiles.clear();
  bad[1].tiles.pop_back();
  bad[2].tiles.push_back({.level = 2, .index = 0, .first = 0, .hashes = {tlog::Hash{}}});
  bad[3].tiles[0].first = 249;
  bad[4].tiles[0].first = 0;
  bad[5].tiles[0].hashes.pop_back();
  bad[6].tiles[2].hashes.push_back(tlog::Hash{});
  bad[7].tiles[1].index = 2;
  bad[8].tiles[3].level = 2;
  bad[9].tiles[3].level = 8;
  std::swap(bad[10].tiles[0], bad[10].tiles[1]);
  bad[11].tiles[3].first = 1;
  for (std::size_t i = 0; i < bad.size(); ++i) {
    SCOPED_TRACE(i);
    ExpectRefused(bad[i], absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Commit(good), absl::OkStatus());
}

TEST_P(LogStoreContract, RefusesIndexRowsOfOtherRecordsAndLongKeys) {
  Grow({2});
  const CommitBatch good = builder_.NextMadeUp(3);
  for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{5}, kMaxSize}) {
    CommitBatch bad = good;
    bad.index.push_back({.key = "example.com/x@v1.0.0", .number = number});
    ExpectRefused(bad, absl::StatusCode::kInvalidArgument);
  }
  CommitBatch bad = good;
  bad.index[0].key = std::string(storage::kMaxKeyBytes + 1, 'k');
  ExpectRefused(bad, absl::StatusCode::kInvalidArgument);
  CommitBatch longest = good;
  longest.index[0].key.pop_back();
  longest.index[0].key = std::string(storage::kMaxKeyBytes, 'k');
  EXPECT_EQ(Commit(longest), absl::OkStatus());
  EXPECT_EQ(*store().Find(longest.index[0].key), 2u);
}

TEST_P(LogStoreContract, RefusesProvenanceThatDoesNotCoverTheRecords) {
  Grow({2});
  const CommitBatch good = builder_.NextMadeUp(3);
  const storage::Provenance source = good.provenance[0].provenance;
  const std::vector<std::vector<storage::ProvenanceRun>> bad_runs = {
      {},
      {{.first = 1, .provenance = source}},
      {{.first = 3, .provenance = source}},
      {{.first = 2, .provenance = source}, {.first = 2, .provenance = source}},
      {{.first = 2, .provenance = source},
       {.first = 4, .provenance = source},
       {.first = 3, .provenance = source}},
      {{.first = 2, .provenance = source}, {.first = 5, .provenance = source}}};
  for (const std::vector<storage::ProvenanceRun>& runs : bad_runs) {
    CommitBatch bad = good;
    bad.provenance = runs;
    ExpectRefused(bad, absl::StatusCode::kInvalidArgument);
  }
  CommitBatch bad = good;
  bad.provenance[0].provenance.from = std::string(storage::kMaxProvenanceBytes + 1, 'f');
  ExpectRefused(bad, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Commit(good), absl::OkStatus());
}

TEST_P(LogStoreContract, RefusesARecordOverItsLimit) {
  Grow({2});
  BatchBuilder other = builder_;
  ExpectRefused(other.Next({std::string(storage::kMaxRecordBytes + 1, 'x')}),
                absl::StatusCode::kInvalidArgument);
}

TEST_P(LogStoreContract, RenewsTheHeadOfTheSameSize) {
  Grow({2});
  const CommitBatch renewal = builder_.NextMadeUp(0);
  ASSERT_EQ(Commit(renewal), absl::OkStatus());
  Reopen();
  EXPECT_EQ(*store().SignedHead(), renewal.head);
  EXPECT_EQ(store().SignedHeads(2, 2, 10)->size(), 1u);
  CommitBatch with_provenance = builder_.NextMadeUp(0);
  with_provenance.provenance.push_back({.first = 2, .provenance = {}});
  ExpectRefused(with_provenance, absl::StatusCode::kInvalidArgument);
}

TEST_P(LogStoreContract, ListsHeadsOfARangeInOrder) {
  Grow({1, 2, 3, 250, 44});  // heads of 0, 1, 3, 6, 256, 300
  Reopen();
  const auto sizes = [this](std::uint64_t min, std::uint64_t max, std::size_t limit) {
    std::vector<std::uint64_t> found;
    const absl::StatusOr<std::vector<StoredHead>> heads = store().SignedHeads(min, max, limit);
    EXPECT_EQ(heads.status(), absl::OkStatus());
    if (!heads.ok()) return found;
    for (const StoredHead& head : *heads) found.push_back(head.size);
    return found;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(sizes(0, kMaxSize, 100), ElementsAre(0, 1, 3, 6, 256, 300));
  EXPECT_THAT(sizes(1, 256, 100), ElementsAre(1, 3, 6, 256));
  EXPECT_THAT(sizes(2, 255, 100), ElementsAre(3, 6));
  EXPECT_THAT(sizes(0, kMaxSize, 2), ElementsAre(0, 1));
  EXPECT_THAT(sizes(0, kMaxSize, 0), ElementsAre());
  EXPECT_THAT(sizes(6, 6, 1), ElementsAre(6));
  EXPECT_THAT(sizes(7, 6, 100), ElementsAre());
  EXPECT_THAT(sizes(301, kMaxSize, 100), ElementsAre());
}

TEST_P(LogStoreContract, LosesTheHeadsThatACommitDropsAndNoOthers) {
  Grow({1, 2, 3, 250, 44});  // heads of 0, 1, 3, 6, 256, 300
  CommitBatch batch = builder_.NextMadeUp(2);
  batch.dropped_heads = {0, 3, 4, 256};  // there is none of 4
  ASSERT_EQ(Commit(batch), absl::OkStatus());
  CommitBatch renewal = builder_.NextMadeUp(0);
  renewal.dropped_heads = {1, 3};
  ASSERT_EQ(Commit(renewal), absl::OkStatus());
  for (int opened = 0; opened < 2; ++opened) {
    std::vector<std::uint64_t> sizes;
    const absl::StatusOr<std::vector<StoredHead>> heads = store().SignedHeads(0, kMaxSize, 100);
    ASSERT_EQ(heads.status(), absl::OkStatus());
    for (const StoredHead& head : *heads) sizes.push_back(head.size);
    EXPECT_THAT(sizes, ::testing::ElementsAre(6, 300, 302));
    EXPECT_THAT(*store().SignedHeads(256, 256, 1), ::testing::IsEmpty());
    EXPECT_EQ(*store().SignedHead(), renewal.head);
    Reopen();
  }
}

TEST_P(LogStoreContract, RefusesToDropTheNewestHeadAndUnorderedOrTooManyOthers) {
  Grow({2, 3});
  const CommitBatch good = builder_.NextMadeUp(3);
  std::vector<std::uint64_t> too_many(storage::kMaxDroppedHeads + 1);
  for (std::size_t i = 0; i < too_many.size(); ++i) too_many[i] = i;
  const std::vector<std::vector<std::uint64_t>> bad_sizes = {{5},    {2, 8}, {kMaxSize},
                                                             {2, 2}, {2, 0}, too_many};
  for (const std::vector<std::uint64_t>& sizes : bad_sizes) {
    CommitBatch bad = good;
    bad.dropped_heads = sizes;
    ExpectRefused(bad, absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(store().SignedHeads(0, kMaxSize, 10)->size(), 3u);
  }
  EXPECT_EQ(Commit(good), absl::OkStatus());
}

TEST_P(LogStoreContract, KeepsTimesWithMicroseconds) {
  Grow({});
  CommitBatch batch = builder_.NextMadeUp(2);
  batch.head.signed_at = absl::FromUnixNanos(1'700'000'000'123'456'789);
  batch.provenance[0].provenance.when = absl::FromUnixNanos(-1);
  ASSERT_EQ(Commit(batch), absl::OkStatus());
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_EQ(store().SignedHead()->signed_at, absl::FromUnixMicros(1'700'000'000'123'456));
    EXPECT_EQ(store().Provenance(1)->when, absl::FromUnixMicros(-1));
    Reopen();
  }
}

TEST_P(LogStoreContract, FindsTheLowestNumberOfAKeyThatIsThereTwice) {
  Grow({10});
  CommitBatch batch = builder_.NextMadeUp(5);
  batch.index = {{.key = "twice@v1.0.0", .number = 14},
                 {.key = "twice@v1.0.0", .number = 11},
                 {.key = "twice@v1.0.0", .number = 12},
                 {.key = TestKey(3), .number = 10}};
  ASSERT_EQ(Commit(batch), absl::OkStatus());
  CommitBatch later = builder_.NextMadeUp(1);
  later.index[0].key = "twice@v1.0.0";
  ASSERT_EQ(Commit(later), absl::OkStatus());
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_EQ(*store().Find("twice@v1.0.0"), 11u);
    EXPECT_EQ(*store().Find(TestKey(3)), 3u);
    Reopen();
  }
}

TEST_P(LogStoreContract, TakesARecordWithoutAnIndexRow) {
  Grow({});
  CommitBatch batch = builder_.NextMadeUp(2);
  batch.index.clear();
  ASSERT_EQ(Commit(batch), absl::OkStatus());
  EXPECT_TRUE(absl::IsNotFound(store().Find(TestKey(0)).status()));
  EXPECT_EQ(*store().Record(0), TestRecord(0));
}

TEST_P(LogStoreContract, FindsTheLowestNumberOfALeafThatIsThereTwice) {
  Grow({});
  ASSERT_EQ(Commit(builder_.Next({"a", "b", "a", "b"})), absl::OkStatus());
  ASSERT_EQ(Commit(builder_.NextMadeUp(600)), absl::OkStatus());
  ASSERT_EQ(Commit(builder_.Next({"b", "c", "a"})), absl::OkStatus());
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_EQ(*store().FindLeaf(tlog::LeafHash("a")), 0u);
    EXPECT_EQ(*store().FindLeaf(tlog::LeafHash("b")), 1u);
    EXPECT_EQ(*store().FindLeaf(tlog::LeafHash("c")), 605u);
    Reopen();
  }
}

TEST_P(LogStoreContract, TellsLeavesWithTheSameFirstBytesApart) {
  Grow({});
  CommitBatch batch = builder_.NextMadeUp(3);
  std::vector<tlog::Hash>& leaves = batch.tiles[0].hashes;
  leaves[1] = leaves[0];
  leaves[1][31] ^= 1;
  ASSERT_EQ(Commit(batch), absl::OkStatus());
  EXPECT_EQ(*store().FindLeaf(leaves[0]), 0u);
  EXPECT_EQ(*store().FindLeaf(leaves[1]), 1u);
  tlog::Hash absent = leaves[0];
  absent[31] ^= 2;
  EXPECT_TRUE(absl::IsNotFound(store().FindLeaf(absent).status()));
}

TEST_P(LogStoreContract, KeepsRunsOfProvenance) {
  Grow({});
  const storage::Provenance a{.how = "import", .from = "a.sum", .when = absl::FromUnixSeconds(1)};
  const storage::Provenance b{.how = "ingest", .from = "", .when = absl::FromUnixSeconds(1)};
  const storage::Provenance a_later{
      .how = "import", .from = "a.sum", .when = absl::FromUnixSeconds(2)};
  CommitBatch first = builder_.NextMadeUp(5);
  first.provenance = {
      {.first = 0, .provenance = a}, {.first = 1, .provenance = a}, {.first = 3, .provenance = b}};
  ASSERT_EQ(Commit(first), absl::OkStatus());
  CommitBatch second = builder_.NextMadeUp(3);
  second.provenance = {{.first = 5, .provenance = b},
                       {.first = 6, .provenance = a},
                       {.first = 7, .provenance = a_later}};
  ASSERT_EQ(Commit(second), absl::OkStatus());
  Reopen();
  CommitBatch third = builder_.NextMadeUp(1);
  third.provenance = {{.first = 8, .provenance = a_later}};
  ASSERT_EQ(Commit(third), absl::OkStatus());
  const std::vector<storage::Provenance> want = {a, a, a, b, b, b, a, a_later, a_later};
  for (std::uint64_t number = 0; number < want.size(); ++number) {
    EXPECT_EQ(*store().Provenance(number), want[number]) << number;
  }
  EXPECT_TRUE(absl::IsNotFound(store().Provenance(9).status()));
}

TEST_P(LogStoreContract, VisitsTheIndexInOrderOfKey) {
  Grow({});
  CommitBatch batch = builder_.NextMadeUp(4);
  batch.index = {{.key = "b", .number = 0},
                 {.key = "a\xff", .number = 1},
                 {.key = "", .number = 2},
                 {.key = "a", .number = 3}};
  ASSERT_EQ(Commit(batch), absl::OkStatus());
  CommitBatch later = builder_.NextMadeUp(2);
  later.index = {{.key = "b", .number = 4}, {.key = "ab", .number = 5}};
  ASSERT_EQ(Commit(later), absl::OkStatus());
  std::vector<std::pair<std::string, std::uint64_t>> rows;
  const auto gather = [&rows](absl::string_view key, std::uint64_t number) {
    rows.emplace_back(std::string(key), number);
    return absl::OkStatus();
  };
  ASSERT_EQ(store().VisitIndex(gather), absl::OkStatus());
  using ::testing::Pair;
  EXPECT_THAT(rows, ::testing::ElementsAre(Pair("", 2), Pair("a", 3), Pair("ab", 5),
                                           Pair("a\xff", 1), Pair("b", 0)));
}

TEST_P(LogStoreContract, StopsTheVisitAtTheFirstErrorAndHandsItBack) {
  Grow({10});
  int visits = 0;
  const absl::Status status = store().VisitIndex([&](absl::string_view, std::uint64_t) {
    return ++visits == 3 ? absl::CancelledError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(status, absl::CancelledError("enough"));
  EXPECT_EQ(visits, 3);
}

TEST_P(LogStoreContract, TakesBothKindsOfCommitInTurn) {
  Grow({});
  for (const std::uint64_t count : {1u, 100u, 154u, 3u, 1000u, 20u, 236u, 1u, 2u, 700u}) {
    const CommitBatch batch = builder_.NextMadeUp(count);
    const bool bulk = count % 2 == 0;
    ASSERT_EQ(bulk ? store().CommitBulk(batch) : store().Commit(batch), absl::OkStatus());
    if (count % 3 == 0) Reopen();
  }
  for (std::uint64_t number = 0; number < builder_.size(); ++number) {
    EXPECT_EQ(*store().Record(number), TestRecord(number));
    EXPECT_EQ(*store().Find(TestKey(number)), number);
    EXPECT_EQ(*store().FindLeaf(tlog::LeafHash(TestRecord(number))), number);
  }
}

// Whatever a reader is told about the newest head holds while the writer goes on: rows move from
// the unfinished tile to the full one under its hands.
TEST_P(LogStoreContract, AnswersReadersWhileOneThreadCommits) {
  Grow({1});
  std::vector<CommitBatch> batches;
  for (int i = 0; i < 60; ++i) batches.push_back(builder_.NextMadeUp(i % 3 == 0 ? 40 : 7));
  std::atomic<bool> done = false;
  const auto read = [&] {
    while (!done) {
      const absl::StatusOr<StoredHead> head = store().SignedHead();
      ASSERT_EQ(head.status(), absl::OkStatus());
      const std::uint64_t last = head->size - 1;
      EXPECT_EQ(store().Record(last).value_or("none"), TestRecord(last));
      EXPECT_EQ(store().Find(TestKey(last)).value_or(kMaxSize), last);
      EXPECT_EQ(store().FindLeaf(tlog::LeafHash(TestRecord(last))).value_or(kMaxSize), last);
      EXPECT_EQ(store().Provenance(last).status(), absl::OkStatus());
      const absl::StatusOr<PackedTexts> texts = store().DataTile(last / 256);
      ASSERT_EQ(texts.status(), absl::OkStatus());
      ASSERT_GT(texts->size(), last % 256);
      EXPECT_EQ((*texts)[last % 256], TestRecord(last));
      const absl::StatusOr<std::vector<tlog::Hash>> hashes = store().HashTile(0, last / 256);
      ASSERT_EQ(hashes.status(), absl::OkStatus());
      ASSERT_GT(hashes->size(), last % 256);
      EXPECT_EQ((*hashes)[last % 256], tlog::LeafHash(TestRecord(last)));
    }
  };
  {
    std::jthread reader(read);
    std::jthread other_reader(read);
    for (const CommitBatch& batch : batches) EXPECT_EQ(Commit(batch), absl::OkStatus());
    done = true;
  }
}

}  // namespace
}  // namespace sumlog::testing
