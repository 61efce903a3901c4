// Goal: whatever the store or the anchor does, no second head is signed for a size while the fate
// of the first is unknown, nothing unfinished is shown, and the log goes on when it can. Method: a
// store and an anchor that fail as told (support/failing_store.h, FailingAnchor); every head that
// was ever handed to the store is looked at.

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/round.h"
#include "log/sequencer.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::CommitFate;
using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::MakeRecords;
using ::sumlog::testing::TestLog;
using ::testing::HasSubstr;

constexpr std::size_t kFirstHead = 1;  // the commit that made the store
const absl::Status kDiskFull = absl::ResourceExhaustedError("no space left");
const absl::Status kDiskFailed = absl::UnavailableError("the disk failed");

std::uint64_t NewestSize(TestLog& log) { return log->reader().Newest()->signed_head.head.size; }

// Fails when two different heads of one size were signed.
void ExpectOneHeadForEachSize(TestLog& log) {
  std::map<std::uint64_t, std::string> by_size;
  for (const std::string& note : log.store->notes()) {
    const auto head =
        tlog::OpenTreeHead(note, std::vector{sumlog::testing::MakeSigner().verifier()});
    ASSERT_TRUE(head.ok());
    EXPECT_EQ(by_size.emplace(head->head.size, note).first->second, note) << head->head.size;
  }
}

// A log that tries again by itself only after a day, so that a test sees each step.
class SequencerFailure : public ::testing::Test {
 protected:
  SequencerFailure() {
    log_.options.sequencer.retry_interval = absl::Hours(24);
    CHECK(log_.Open().ok());
  }
  TestLog log_;
};

TEST_F(SequencerFailure, CommitsTheSameHeadAgainBeforeAnythingElse) {
  log_.store->FailCommits({{.status = kDiskFull}});
  const absl::Status failed = log_.Add({MakeRecord(1)}).status();
  EXPECT_TRUE(absl::IsResourceExhausted(failed));
  EXPECT_THAT(std::string(failed.message()), HasSubstr("no space left"));
  EXPECT_EQ(NewestSize(log_), 0u);
  EXPECT_TRUE(absl::IsResourceExhausted(log_->stats().writer));

  const absl::StatusOr<AddAnswer> next = log_.Add({MakeRecord(2)});
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(next->results[0].number, 1u);
  const std::vector<std::string> notes = log_.store->notes();
  ASSERT_EQ(notes.size(), kFirstHead + 3);
  EXPECT_EQ(notes[1], notes[2]);
  ExpectOneHeadForEachSize(log_);
  EXPECT_EQ(log_->stats().writer, absl::OkStatus());
  EXPECT_EQ(log_.Add({MakeRecord(1)})->results[0].number, 0u);
}

TEST_F(SequencerFailure, RefusesEveryAddWhileTheDiskIsFull) {
  log_.store->FailAllCommits(kDiskFull);
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(absl::IsResourceExhausted(log_.Add({MakeRecord(i)}).status()));
  }
  ExpectOneHeadForEachSize(log_);
  log_.store->FailAllCommits(absl::OkStatus());
  const absl::StatusOr<AddAnswer> answer = log_.Add(MakeRecords(0, 3));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->results[0].outcome, AddResult::Outcome::kAlreadyThere);  // of the first try
  EXPECT_EQ(answer->results[2].outcome, AddResult::Outcome::kAppended);
  EXPECT_EQ(NewestSize(log_), 3u);
}

TEST_F(SequencerFailure, GoesOnWithABatchThatLandedThoughTheCommitFailed) {
  log_.store->FailCommits({{.status = kDiskFailed, .lands = true}});
  const absl::StatusOr<AddAnswer> answer = log_.Add({MakeRecord(1)});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(NewestSize(log_), 1u);
  EXPECT_EQ(log_.store->notes().size(), kFirstHead + 1);
}

TEST_F(SequencerFailure, FindsABatchThatLandedLate) {
  log_.store->FailCommits({{.status = kDiskFailed, .lands_late = true}});
  EXPECT_TRUE(absl::IsUnavailable(log_.Add({MakeRecord(1)}).status()));
  EXPECT_EQ(NewestSize(log_), 0u);
  const absl::StatusOr<AddAnswer> answer = log_.Add({MakeRecord(1)});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->results[0].outcome, AddResult::Outcome::kAlreadyThere);
  EXPECT_EQ(log_.store->notes().size(), kFirstHead + 1);
}

TEST_F(SequencerFailure, WaitsWhenTheStoreDoesNotSayWhatBecameOfABatch) {
  log_.store->FailCommits({{.status = kDiskFailed, .lands = true}});
  log_.store->HoldCommits();
  std::thread adder(
      [this] { EXPECT_TRUE(absl::IsUnavailable(log_.Add({MakeRecord(1)}).status())); });
  log_.store->AwaitCommits(kFirstHead + 1);
  log_.store->FailReads(kDiskFailed);
  log_.store->LetCommitsGo();
  adder.join();
  EXPECT_TRUE(absl::IsUnavailable(log_.Add({MakeRecord(2)}).status()));
  EXPECT_EQ(log_.store->notes().size(), kFirstHead + 1);
  log_.store->FailReads(absl::OkStatus());
  EXPECT_EQ(log_.Add({MakeRecord(2)})->results[0].number, 1u);
  ExpectOneHeadForEachSize(log_);
}

TEST_F(SequencerFailure, PublishesNothingThatIsNotAnchored) {
  log_.anchor->FailWith(kDiskFull);
  EXPECT_TRUE(absl::IsResourceExhausted(log_.Add({MakeRecord(1)}).status()));
  EXPECT_EQ(log_.store->SignedHead()->size, 1u);
  EXPECT_EQ(NewestSize(log_), 0u);
  EXPECT_TRUE(absl::IsNotFound(log_->reader().Lookup(MakeRecord(1).module).status()));
  EXPECT_TRUE(absl::IsResourceExhausted(log_.Add({MakeRecord(2)}).status()));
  EXPECT_EQ(log_.store->SignedHead()->size, 1u);

  log_.anchor->FailWith(absl::OkStatus());
  EXPECT_EQ(log_.Add({MakeRecord(2)})->results[0].number, 1u);
  EXPECT_EQ(log_.store->notes().size(), kFirstHead + 2);
  EXPECT_TRUE(log_->reader().Lookup(MakeRecord(1).module).ok());
}

TEST_F(SequencerFailure, StopsForGoodWhenAnotherWriterChangedTheLog) {
  ASSERT_TRUE(log_.Add({MakeRecord(1)}).ok());
  storage::CommitBatch other;
  other.expected_size = 1;
  other.head = {.size = 2, .note = "of another writer", .signed_at = log_.clock.Now()};
  other.records.Append("theirs\n");
  tlog::TreeEdge edge = log_->reader().Newest()->edge;
  other.tiles = edge.Append({tlog::LeafHash("theirs\n")});
  other.provenance = {{.first = 1, .provenance = {}}};
  ASSERT_EQ(log_.store->wrapped().Commit(other), absl::OkStatus());

  for (std::uint64_t i = 2; i < 5; ++i) {
    const absl::Status stopped = log_.Add({MakeRecord(i)}).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(stopped));
    EXPECT_THAT(std::string(stopped.message()), HasSubstr("the writer has stopped: "));
  }
  EXPECT_EQ(log_.store->notes().size(), kFirstHead + 2);
  EXPECT_TRUE(absl::IsFailedPrecondition(log_->stats().writer));
  EXPECT_TRUE(log_->reader().Lookup(MakeRecord(1).module).ok());
  EXPECT_EQ(NewestSize(log_), 1u);
}

TEST_F(SequencerFailure, StopsForGoodOnDamagedData) {
  ASSERT_TRUE(log_.Add({MakeRecord(1)}).ok());
  log_.store->FailReads(absl::DataLossError("bad block"));
  EXPECT_TRUE(absl::IsDataLoss(log_.Add({MakeRecord(2)}).status()));
  log_.store->FailReads(absl::OkStatus());
  EXPECT_TRUE(absl::IsDataLoss(log_.Add({MakeRecord(2)}).status()));
  EXPECT_TRUE(absl::IsDataLoss(log_->stats().writer));
  EXPECT_TRUE(log_->reader().Lookup(MakeRecord(1).module).ok());
}

TEST(SequencerDamage, StopsWhenTheIndexPointsToARecordOfAnotherModule) {
  TestLog log;
  storage::CommitBatch wrong;
  {
    // A store whose only index row is wrong, under a head of its own.
    ASSERT_EQ(log.Open(), absl::OkStatus());
    RoundRecord record{.key = MakeRecord(1).module.ToString(),
                       .text = gosum::FormatRecordText(MakeRecord(2)),
                       .standing = std::nullopt};
    RoundGroup group;
    group.records.push_back(std::move(record));
    std::vector<RoundGroup> groups;
    groups.push_back(std::move(group));
    RoundOutcome outcome = RunRound(log->reader().Newest()->edge, std::move(groups));
    wrong = std::move(outcome.batch);
    const auto head = tlog::SignTreeHead(outcome.head, std::vector{sumlog::testing::MakeSigner()});
    wrong.head = {.size = 1, .note = head->note, .signed_at = log.clock.Now()};
  }
  auto store = storage::NewMemoryStore();
  storage::CommitBatch first;
  first.expect_new_store = true;
  first.head = *log.store->SignedHead();
  ASSERT_EQ(store->Commit(first), absl::OkStatus());
  ASSERT_EQ(store->Commit(wrong), absl::OkStatus());
  TestLog damaged(std::move(store));
  ASSERT_TRUE(Anchor::Create(damaged.anchor_path(), wrong.head.note).ok());
  ASSERT_EQ(damaged.Open(), absl::OkStatus());
  EXPECT_TRUE(absl::IsDataLoss(damaged->reader().Lookup(MakeRecord(1).module).status()));
  EXPECT_TRUE(absl::IsDataLoss(damaged.Add({MakeRecord(1)}).status()));
}

TEST_F(SequencerFailure, GoesOnAfterAnIndexThatDidNotAnswer) {
  log_.store->FailReads(kDiskFailed);
  EXPECT_TRUE(absl::IsUnavailable(log_.Add({MakeRecord(1)}).status()));
  log_.store->FailReads(absl::OkStatus());
  EXPECT_EQ(log_.Add({MakeRecord(1)})->results[0].number, 0u);
}

TEST(SequencerRecovery, TriesAgainByItselfWithoutANewAdd) {
  TestLog log;
  log.options.sequencer.retry_interval = absl::Milliseconds(1);
  ASSERT_EQ(log.Open(), absl::OkStatus());
  log.store->FailCommits({{.status = kDiskFull}, {.status = kDiskFull}});
  EXPECT_TRUE(absl::IsResourceExhausted(log.Add({MakeRecord(1)}).status()));
  log.store->AwaitCommits(kFirstHead + 3);
  log->Drain();
  EXPECT_EQ(NewestSize(log), 1u);
}

TEST(SequencerRecovery, TriesOnceMoreWhenItIsDrained) {
  TestLog log;
  log.options.sequencer.retry_interval = absl::Hours(24);
  ASSERT_EQ(log.Open(), absl::OkStatus());
  log.store->FailCommits({{.status = kDiskFull}});
  EXPECT_TRUE(absl::IsResourceExhausted(log.Add({MakeRecord(1)}).status()));
  log->Drain();
  EXPECT_EQ(NewestSize(log), 1u);
}

// Every sequence of four fates over the first commits, with callers who ask again until they are
// told: each record gets one number, and each size one head.
TEST(SequencerRecovery, KeepsItsPromisesUnderEverySequenceOfFailures) {
  const std::vector<CommitFate> kFates = {{.status = absl::OkStatus()},
                                          {.status = kDiskFull},
                                          {.status = kDiskFailed, .lands = true},
                                          {.status = kDiskFailed, .lands_late = true}};
  for (std::size_t which = 0; which < 256; which += 7) {
    SCOPED_TRACE(which);
    TestLog log;
    log.options.sequencer.retry_interval = absl::Hours(24);
    ASSERT_EQ(log.Open(), absl::OkStatus());
    log.store->FailCommits({kFates[which & 3], kFates[which >> 2 & 3], kFates[which >> 4 & 3],
                            kFates[which >> 6 & 3]});
    for (std::uint64_t i = 0; i < 3; ++i) {
      absl::StatusOr<AddAnswer> answer = log.Add({MakeRecord(i)});
      for (int tries = 0; !answer.ok() && tries < 5; ++tries) answer = log.Add({MakeRecord(i)});
      ASSERT_TRUE(answer.ok());
      EXPECT_EQ(answer->results[0].number, i);
      EXPECT_GT(answer->head->signed_head.head.size, i);
    }
    EXPECT_EQ(NewestSize(log), 3u);
    ExpectOneHeadForEachSize(log);
  }
}

}  // namespace
}  // namespace sumlog::log
