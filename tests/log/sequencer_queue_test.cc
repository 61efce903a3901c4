// Goal: the queue is bounded, rounds gather what waits, and draining loses nobody.
// Method: commits are held inside the store while a test fills the queue behind them.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/sequencer.h"
#include "support/add_waiter.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::AddWaiter;
using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::MakeRecords;
using ::sumlog::testing::TestLog;
using ::testing::HasSubstr;

constexpr std::size_t kFirstHead = 1;  // the commit that made the store

// A log whose first round hangs in the store, so that what is added next waits in the queue.
class HeldLog {
 public:
  explicit HeldLog(SequencerOptions options) {
    log.options.sequencer = options;
    CHECK(log.Open().ok());
    log.store->HoldCommits();
    first = std::make_unique<AddWaiter>(log->sequencer(), MakeRecords(1000, 1));
    log.store->AwaitCommits(kFirstHead + 1);
  }

  AddWaiter Add(std::vector<gosum::Record> records) {
    return AddWaiter(log->sequencer(), std::move(records));
  }

  TestLog log;
  std::unique_ptr<AddWaiter> first;
};

TEST(SequencerQueue, MakesOneRoundOfAllThatWaits) {
  HeldLog held({});
  AddWaiter a = held.Add(MakeRecords(0, 2));
  AddWaiter b = held.Add({MakeRecord(1), MakeRecord(2)});
  AddWaiter c = held.Add({});
  held.log.store->LetCommitsGo();
  ASSERT_TRUE(a.Await().ok());
  ASSERT_TRUE(b.Await().ok());
  EXPECT_EQ(a.Await()->head, b.Await()->head);
  EXPECT_EQ(a.Await()->head, c.Await()->head);
  EXPECT_EQ(b.Await()->results[0].number, a.Await()->results[1].number);
  EXPECT_EQ(held.log.store->notes().size(), kFirstHead + 2);
  EXPECT_EQ(held.log.anchor->stores(), 2u);
}

TEST(SequencerQueue, RefusesRecordsOverItsCountAndNamesTheLimits) {
  HeldLog held({.max_queued_records = 4});
  AddWaiter a = held.Add(MakeRecords(0, 3));
  AddWaiter over = held.Add(MakeRecords(10, 2));
  const absl::Status refused = over.Await().status();
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("at most 4 records and 67108864 bytes"));
  AddWaiter exact = held.Add(MakeRecords(20, 1));
  AddWaiter empty = held.Add({});  // counts as one
  EXPECT_TRUE(absl::IsResourceExhausted(empty.Await().status()));
  EXPECT_EQ(held.log->stats().queued_records, 4u);
  held.log.store->LetCommitsGo();
  EXPECT_TRUE(a.Await().ok());
  EXPECT_TRUE(exact.Await().ok());
  EXPECT_EQ(held.log->stats().queued_records, 0u);
  EXPECT_TRUE(held.log.Add(MakeRecords(10, 2)).ok());
}

TEST(SequencerQueue, RefusesRecordsOverItsBytes) {
  const std::size_t size_bytes =
      gosum::FormatRecordText(MakeRecord(0)).size() + MakeRecord(0).module.ToString().size();
  HeldLog held({.max_queued_bytes = 2 * size_bytes + 1});
  AddWaiter a = held.Add(MakeRecords(0, 2));
  AddWaiter over = held.Add(MakeRecords(2, 1));
  EXPECT_TRUE(absl::IsResourceExhausted(over.Await().status()));
  EXPECT_EQ(held.log->stats().queued_bytes, 2 * size_bytes);
  held.log.store->LetCommitsGo();
  EXPECT_TRUE(a.Await().ok());
  EXPECT_TRUE(absl::IsResourceExhausted(held.log.Add(MakeRecords(0, 3)).status()));
}

TEST(SequencerQueue, BoundsARoundButNeverSplitsARequest) {
  HeldLog held({.max_round_records = 2});
  AddWaiter a = held.Add(MakeRecords(0, 1));
  AddWaiter b = held.Add(MakeRecords(1, 5));
  AddWaiter c = held.Add(MakeRecords(6, 1));
  held.log.store->LetCommitsGo();
  ASSERT_TRUE(c.Await().ok());
  EXPECT_EQ(a.Await()->head->signed_head.head.size, 7u);
  EXPECT_EQ(b.Await()->head->signed_head.head.size, 7u);
  EXPECT_EQ(c.Await()->head->signed_head.head.size, 8u);
}

TEST(SequencerQueue, EndsTheGatherWindowWhenARoundIsFull) {
  TestLog log;
  log.options.sequencer = {.max_round_records = 2, .gather_window = absl::Hours(24)};
  ASSERT_EQ(log.Open(), absl::OkStatus());
  AddWaiter a(log->sequencer(), MakeRecords(0, 1));
  AddWaiter b(log->sequencer(), MakeRecords(1, 1));
  ASSERT_TRUE(a.Await().ok());
  EXPECT_EQ(a.Await()->head, b.Await()->head);
  EXPECT_EQ(log.store->notes().size(), kFirstHead + 1);
}

TEST(SequencerQueue, EndsTheGatherWindowWhenItIsDrained) {
  TestLog log;
  log.options.sequencer.gather_window = absl::Hours(24);
  ASSERT_EQ(log.Open(), absl::OkStatus());
  AddWaiter a(log->sequencer(), MakeRecords(0, 1));
  log->Drain();
  EXPECT_TRUE(a.Await().ok());
}

TEST(SequencerQueue, GathersForTheWindowAndThenGoesOn) {
  TestLog log;
  log.options.sequencer.gather_window = absl::Microseconds(10);
  ASSERT_EQ(log.Open(), absl::OkStatus());
  EXPECT_TRUE(log.Add(MakeRecords(0, 1)).ok());
}

TEST(SequencerQueue, CompletesWhatWaitsWhenItIsDrainedAndRefusesTheRest) {
  HeldLog held({});
  AddWaiter a = held.Add(MakeRecords(0, 2));
  held.log.store->LetCommitsGo();
  held.log->Drain();
  EXPECT_TRUE(held.first->Await().ok());
  EXPECT_TRUE(a.Await().ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(held.log.Add(MakeRecords(5, 1)).status()));
  held.log->Drain();
  EXPECT_EQ(a.calls(), 1);
  EXPECT_EQ(held.log->reader().Newest()->signed_head.head.size, 3u);
}

TEST(SequencerQueue, CommitsInBulkWhenAsked) {
  TestLog log;
  log.options.sequencer.bulk = true;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add(MakeRecords(0, 300)).ok());
  EXPECT_EQ(log.store->bulk_commits(), 1u);
}

}  // namespace
}  // namespace sumlog::log
