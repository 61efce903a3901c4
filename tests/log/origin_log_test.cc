// Goal: a log opens only on a head, an edge and an anchor that agree, and says what is wrong.
// Method: logs are built, closed, and one part is replaced before they open again.

#include "log/origin_log.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/head_check.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::MakeRecords;
using ::sumlog::testing::MakeSigner;
using ::sumlog::testing::TempFolder;
using ::sumlog::testing::TestLog;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Commits `batches` (each that many records, from number 0 on) to `store` as a log would, and
// returns the head notes, the first one of the empty tree.
std::vector<std::string> Fill(storage::LogStore& store, const std::vector<std::uint64_t>& batches,
                              const std::string& variant = "") {
  const std::vector<tlog::Signer> signers = {MakeSigner()};
  testing::FakeClock clock;
  std::vector<std::string> notes = {*OriginLog::CreateFirstHead(store, signers, &clock)};
  tlog::TreeEdge edge;
  for (const std::uint64_t count : batches) {
    RoundGroup group;
    for (std::uint64_t i = 0; i < count; ++i) {
      const gosum::Record record = MakeRecord(edge.size() + i, variant);
      group.records.push_back({.key = record.module.ToString(),
                               .text = gosum::FormatRecordText(record),
                               .standing = std::nullopt});
    }
    std::vector<RoundGroup> groups;
    groups.push_back(std::move(group));
    RoundOutcome outcome = RunRound(edge, std::move(groups));
    notes.push_back(tlog::SignTreeHead(outcome.head, signers)->note);
    outcome.batch.head = {
        .size = outcome.head.size, .note = notes.back(), .signed_at = clock.Now()};
    CHECK(store.Commit(outcome.batch).ok());
    edge = std::move(outcome.edge);
  }
  return notes;
}

struct Filled {
  std::unique_ptr<storage::LogStore> store;
  std::vector<std::string> notes;
};

Filled FilledStore(const std::vector<std::uint64_t>& batches, const std::string& variant = "") {
  Filled filled{.store = storage::NewMemoryStore(), .notes = {}};
  filled.notes = Fill(*filled.store, batches, variant);
  return filled;
}

// Opens `store` beside an anchor with `note`.
absl::Status OpenWith(std::unique_ptr<storage::LogStore> store, const std::string& note,
                      std::string* anchored = nullptr) {
  TestLog log(std::move(store));
  CHECK(Anchor::Create(log.anchor_path(), note).ok());
  const absl::Status status = log.Open();
  if (anchored != nullptr) *anchored = ReadAnchor(log.anchor_path())->note;
  return status;
}

TEST(OriginLog, StartsWithTheHeadOfTheEmptyTree) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  const auto head = log->reader().Newest();
  EXPECT_EQ(head->signed_head.head, (tlog::TreeHead{.size = 0, .root = tlog::EmptyRoot()}));
  EXPECT_TRUE(
      tlog::OpenTreeHead(head->signed_head.note, std::vector{MakeSigner().verifier()}).ok());
}

TEST(OriginLog, MakesAFirstHeadOnceOnly) {
  const Filled filled = FilledStore({3});
  testing::FakeClock clock;
  EXPECT_TRUE(absl::IsFailedPrecondition(
      OriginLog::CreateFirstHead(*filled.store, {MakeSigner()}, &clock).status()));
  const auto store = storage::NewMemoryStore();
  EXPECT_TRUE(absl::IsInvalidArgument(OriginLog::CreateFirstHead(*store, {}, &clock).status()));
}

TEST(OriginLog, GoesOnWhereItWasClosed) {
  TempFolder folder;
  tlog::SignedTreeHead last;
  std::string anchor;
  for (std::uint64_t run = 0; run < 3; ++run) {
    storage::RocksDbOptions options{.path = folder.path() + "/db", .create = run == 0};
    auto store = storage::OpenRocksDbStore(options);
    ASSERT_TRUE(store.ok()) << store.status();
    TestLog log(*std::move(store));
    if (run > 0) {
      ASSERT_TRUE(Anchor::Create(log.anchor_path(), anchor).ok());
    }
    ASSERT_EQ(log.Open(), absl::OkStatus());
    if (run > 0) {
      EXPECT_EQ(log->reader().Newest()->signed_head.note, last.note);
      EXPECT_EQ(log.Add({MakeRecord(0)})->results[0].number, 0u);
    }
    const auto answer = log.Add(MakeRecords(run * 300, 300));
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->results[299].number, run * 300 + 299);
    last = answer->head->signed_head;
    anchor = log.anchor->note();
    EXPECT_EQ(anchor, last.note);
  }
}

TEST(OriginLog, NeedsAllItsParts) {
  const auto open = [](auto change) {
    TestLog log;
    OriginLog::Options options;
    options.store = storage::NewMemoryStore();
    const auto note =
        OriginLog::CreateFirstHead(*options.store, {MakeSigner()}, options.clock).value();
    options.anchor = *Anchor::Create(log.folder.path() + "/other", note);
    options.signers = {MakeSigner()};
    options.evidence_dir = log.evidence_dir();
    change(options);
    return OriginLog::Open(std::move(options)).status();
  };
  EXPECT_EQ(open([](OriginLog::Options&) {}), absl::OkStatus());
  EXPECT_TRUE(absl::IsInvalidArgument(open([](auto& options) { options.store.reset(); })));
  EXPECT_TRUE(absl::IsInvalidArgument(open([](auto& options) { options.anchor.reset(); })));
  EXPECT_TRUE(absl::IsInvalidArgument(open([](auto& options) { options.signers.clear(); })));
  EXPECT_TRUE(absl::IsInvalidArgument(open([](auto& options) { options.evidence_dir.clear(); })));
  EXPECT_TRUE(absl::IsInvalidArgument(open([](auto& options) { options.clock = nullptr; })));
  EXPECT_TRUE(
      absl::IsNotFound(open([](auto& options) { options.store = storage::NewMemoryStore(); })));
}

TEST(OriginLog, RefusesADatabaseThatIsBehindItsAnchor) {
  const std::vector<std::string> notes = FilledStore({300, 7}).notes;
  Filled older = FilledStore({300});
  std::string anchored;
  const absl::Status status = OpenWith(std::move(older.store), notes[2], &anchored);
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(HasSubstr("have  tree 300 of 2026-11-21 12:00:00 UTC"), HasSubstr("seen  tree 307 of "),
            HasSubstr("\nwhy: "), HasSubstr("\nfix: "), HasSubstr("Nothing was changed")));
  EXPECT_EQ(anchored, notes[2]);
}

TEST(OriginLog, BringsTheAnchorForwardToADatabaseThatIsAhead) {
  for (const std::size_t behind : {0u, 1u, 2u, 3u}) {
    Filled filled = FilledStore({255, 1, 300});
    std::string anchored;
    EXPECT_EQ(OpenWith(std::move(filled.store), filled.notes[behind], &anchored), absl::OkStatus());
    EXPECT_EQ(anchored, filled.notes[3]);
  }
}

TEST(OriginLog, RefusesADatabaseThatIsAheadOnAnotherHistory) {
  const std::vector<std::string> notes = FilledStore({200}, "other").notes;
  Filled filled = FilledStore({300});
  std::string anchored;
  const absl::Status status = OpenWith(std::move(filled.store), notes[1], &anchored);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("tree 300 "), HasSubstr("tree 200 "), HasSubstr("\nfix: ")));
  EXPECT_EQ(anchored, notes[1]);
}

TEST(OriginLog, RefusesAnotherRootForTheSameSize) {
  const std::vector<std::string> notes = FilledStore({300}, "other").notes;
  Filled filled = FilledStore({300});
  EXPECT_TRUE(absl::IsDataLoss(OpenWith(std::move(filled.store), notes[1])));
}

TEST(OriginLog, RefusesAnAnchorOfAnotherKey) {
  const tlog::Signer other = MakeSigner("sum.example.com", 2);
  const auto note = tlog::SignTreeHead({.size = 0, .root = tlog::EmptyRoot()}, std::vector{other});
  const absl::Status status = OpenWith(FilledStore({3}).store, note->note);
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("another log or key"));
}

TEST(OriginLog, RefusesAnAnchorWithoutAHead) {
  EXPECT_TRUE(absl::IsDataLoss(OpenWith(FilledStore({3}).store, "not a note")));
  Filled filled = FilledStore({3});
  std::string tampered = filled.notes[1];
  tampered[tampered.find("\n3\n") + 1] = '2';
  EXPECT_TRUE(absl::IsDataLoss(OpenWith(std::move(filled.store), tampered)));
}

TEST(OriginLog, KnowsAHeadByOneOfItsKeys) {
  Filled filled = FilledStore({3});
  TestLog log(std::move(filled.store));
  ASSERT_TRUE(Anchor::Create(log.anchor_path(), filled.notes[1]).ok());
  log.options.signers = {MakeSigner("sum.example.com", 2), MakeSigner()};
  ASSERT_EQ(log.Open(), absl::OkStatus());
  const auto answer = log.Add({MakeRecord(3)});
  ASSERT_TRUE(answer.ok());
  for (const std::uint8_t seed : std::vector<std::uint8_t>{1, 2}) {
    const tlog::VerifierKey key = MakeSigner("sum.example.com", seed).verifier();
    EXPECT_TRUE(tlog::OpenTreeHead(answer->head->signed_head.note, std::vector{key}).ok());
  }
}

TEST(OriginLog, RefusesAHeadThatOurKeyDidNotSign) {
  Filled filled = FilledStore({3});
  TestLog log(std::move(filled.store));
  ASSERT_TRUE(Anchor::Create(log.anchor_path(), filled.notes[1]).ok());
  log.options.signers = {MakeSigner("sum.example.com", 2)};
  EXPECT_TRUE(absl::IsDataLoss(log.Open()));
}

// A store with `records` whose newest head note is `note` and is stored as one of `size`.
std::unique_ptr<storage::LogStore> StoreWithHead(std::uint64_t size, const std::string& note,
                                                 const std::string& variant = "") {
  Filled filled = FilledStore({size}, variant);
  storage::CommitBatch batch;
  batch.expected_size = size;
  batch.head = {.size = size, .note = note, .signed_at = absl::UnixEpoch()};
  CHECK(filled.store->Commit(batch).ok());
  return std::move(filled.store);
}

TEST(OriginLog, RefusesAHeadWhoseEdgeHashesToAnotherRoot) {
  const std::string note = FilledStore({300}).notes[1];
  EXPECT_EQ(OpenWith(StoreWithHead(300, note), note), absl::OkStatus());
  const absl::Status status = OpenWith(StoreWithHead(300, note, "other"), note);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("right edge"));
}

TEST(OriginLog, RefusesAHeadThatIsStoredUnderAnotherSize) {
  const std::string note = FilledStore({299}).notes[1];
  EXPECT_TRUE(absl::IsDataLoss(OpenWith(StoreWithHead(300, note), note)));
}

TEST(OriginLog, DoesNotServeWhenTheAnchorCannotBeBroughtForward) {
  Filled filled = FilledStore({3});
  TempFolder folder;
  testing::FailingAnchor anchor(*Anchor::Create(folder.path() + "/anchor", filled.notes[0]));
  const std::vector<tlog::VerifierKey> keys = {MakeSigner().verifier()};
  const auto newest = LoadNewestHead(*filled.store, keys);
  ASSERT_TRUE(newest.ok());
  anchor.FailWith(absl::UnavailableError("not now"));
  EXPECT_TRUE(absl::IsUnavailable(ReconcileAnchor(*newest, *filled.store, keys, anchor)));
  anchor.FailWith(absl::OkStatus());
  EXPECT_EQ(ReconcileAnchor(*newest, *filled.store, keys, anchor), absl::OkStatus());
  EXPECT_EQ(anchor.stores(), 2u);
  EXPECT_EQ(ReconcileAnchor(*newest, *filled.store, keys, anchor), absl::OkStatus());
  EXPECT_EQ(anchor.stores(), 2u);  // nothing to bring forward
}

TEST(OriginLog, StopsItsWriterWhenItGoes) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add(MakeRecords(0, 10)).ok());
  log.Close();
  EXPECT_TRUE(Anchor::Open(log.anchor_path()).ok());
}

}  // namespace
}  // namespace sumlog::log
