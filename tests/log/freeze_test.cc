// Goal: a frozen log takes nothing, says why, and stays frozen until somebody thaws it, whatever
// happens between.
// Method: logs over a store whose commits wait or fail as told; a real database that is opened
// again.

#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/log_on_disk.h"
#include "log/origin_log.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/add_waiter.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::AddWaiter;
using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::TestLog;
using ::testing::HasSubstr;

FrozenState Because(const std::string& reason) {
  return {.reason = reason, .who = "ops", .when = absl::FromUnixMicros(1'795'262'400'000'007)};
}

std::uint64_t NewestSize(TestLog& log) { return log->reader().Newest()->signed_head.head.size; }

TEST(Freeze, RefusesAddsWithTheReasonUntilThaw) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  EXPECT_EQ(log->frozen(), std::nullopt);
  ASSERT_TRUE(log.Add({MakeRecord(1)}).ok());
  ASSERT_EQ(log->Freeze(Because("we move house")), absl::OkStatus());
  EXPECT_EQ(log->frozen(), Because("we move house"));

  const absl::Status refused = log.Add({MakeRecord(2)}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_TRUE(IsFrozen(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("we move house"));
  EXPECT_TRUE(IsFrozen(log.Add({}).status()));
  EXPECT_EQ(NewestSize(log), 1u);
  EXPECT_TRUE(log->reader().Lookup(MakeRecord(1).module).ok());

  ASSERT_EQ(log->Freeze(Because("another reason")), absl::OkStatus());
  EXPECT_THAT(std::string(log.Add({MakeRecord(2)}).status().message()),
              HasSubstr("another reason"));

  ASSERT_EQ(log->Thaw(), absl::OkStatus());
  EXPECT_EQ(log->frozen(), std::nullopt);
  EXPECT_TRUE(log.Add({MakeRecord(2)}).ok());
  const absl::Status again = log->Thaw();
  EXPECT_TRUE(absl::IsFailedPrecondition(again));
  EXPECT_FALSE(IsFrozen(again));
}

TEST(Freeze, LeavesNothingUnderWay) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  log.store->HoldCommits();
  const AddWaiter first(log->sequencer(), {MakeRecord(1)});
  log.store->AwaitCommits(2);  // that of the first head, and this one, which waits
  const AddWaiter second(log->sequencer(), {MakeRecord(2)});
  absl::Status frozen;
  {
    std::jthread freezer([&] { frozen = log->Freeze(Because("now")); });
    log.store->LetCommitsGo();
  }
  EXPECT_EQ(frozen, absl::OkStatus());
  EXPECT_EQ(first.calls(), 1);
  EXPECT_EQ(second.calls(), 1);
  EXPECT_EQ(NewestSize(log), 2u);
  EXPECT_EQ(log->stats().queued_records, 0u);
}

TEST(Freeze, SaysSoWhileAFailedRoundIsStillToBeFinished) {
  TestLog log;
  log.options.sequencer.retry_interval = absl::Milliseconds(1);
  ASSERT_EQ(log.Open(), absl::OkStatus());
  log.store->FailAllCommits(absl::UnavailableError("the disk failed"));
  EXPECT_TRUE(absl::IsUnavailable(log.Add({MakeRecord(1)}).status()));
  const absl::Status unfinished = log->Freeze(Because("a bad disk"));
  EXPECT_TRUE(absl::IsUnavailable(unfinished));
  EXPECT_THAT(std::string(unfinished.message()), HasSubstr("the disk failed"));
  EXPECT_TRUE(IsFrozen(log.Add({MakeRecord(2)}).status()));
  EXPECT_EQ(log->frozen(), Because("a bad disk"));

  log.store->FailAllCommits(absl::OkStatus());
  while (!log->Freeze(Because("a bad disk")).ok()) std::this_thread::yield();
  EXPECT_EQ(NewestSize(log), 1u);
  EXPECT_TRUE(IsFrozen(log.Add({MakeRecord(2)}).status()));
}

TEST(Freeze, ChangesNothingWhenItCannotBeKept) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  EXPECT_TRUE(absl::IsInvalidArgument(log->Freeze(Because(""))));
  EXPECT_TRUE(absl::IsInvalidArgument(log->Freeze(Because("two\nlines"))));
  log.store->FailState(absl::ResourceExhaustedError("no space left"));
  EXPECT_TRUE(absl::IsResourceExhausted(log->Freeze(Because("now"))));
  EXPECT_EQ(log->frozen(), std::nullopt);
  EXPECT_TRUE(log.Add({MakeRecord(1)}).ok());

  log.store->FailState(absl::OkStatus());
  ASSERT_EQ(log->Freeze(Because("now")), absl::OkStatus());
  log.store->FailState(absl::ResourceExhaustedError("no space left"));
  EXPECT_TRUE(absl::IsResourceExhausted(log->Thaw()));
  EXPECT_TRUE(IsFrozen(log.Add({MakeRecord(2)}).status()));
}

TEST(Freeze, DoesNotWaitForAWriterThatHasGone) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  log->Drain();
  EXPECT_EQ(log->Freeze(Because("too late")), absl::OkStatus());
  EXPECT_FALSE(IsFrozen(log.Add({MakeRecord(1)}).status()));  // it is closing, which comes first
}

class FreezeOfADatabase : public LogOnDisk {};

TEST_F(FreezeOfADatabase, HoldsAfterARestart) {
  ASSERT_EQ((*Open())->Freeze(Because("we move house")), absl::OkStatus());
  for (int opened = 0; opened < 2; ++opened) {
    const auto log = Open();
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ((*log)->frozen(), Because("we move house"));
    EXPECT_TRUE(IsFrozen(
        (*log)->sequencer().AddAndWait({.records = {MakeRecord(1)}, .provenance = {}}).status()));
  }
  ASSERT_EQ((*Open())->Thaw(), absl::OkStatus());
  EXPECT_EQ((*Open())->frozen(), std::nullopt);
}

TEST_F(FreezeOfADatabase, IsNotForgottenWhenItsStateIsDamaged) {
  ASSERT_EQ((*storage::OpenRocksDbStore({.path = Path("db")}))->PutState("frozen", "maybe"),
            absl::OkStatus());
  EXPECT_TRUE(absl::IsDataLoss(Open().status()));
}

}  // namespace
}  // namespace sumlog::log
