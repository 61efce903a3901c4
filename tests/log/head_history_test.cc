// Goal: every signed head is kept for 30 days, after that the first of each hour, and never is the
// newest lost; what one round looks at is bounded.
// Method: logs whose clock a test moves; the kept sizes are compared with the rule, written down
// again as a loop over all heads.

#include "log/head_history.h"

#include <limits>
#include <map>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::TestLog;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

std::vector<std::uint64_t> KeptSizes(const storage::LogStore& store) {
  std::vector<std::uint64_t> sizes;
  const auto heads = store.SignedHeads(0, kAll, 100'000);
  EXPECT_TRUE(heads.ok());
  for (const storage::StoredHead& head : *heads) sizes.push_back(head.size);
  return sizes;
}

// What the rule leaves of `heads` (size → when it was signed) at `now`, long after the walk ended.
std::vector<std::uint64_t> WantSizes(const std::map<std::uint64_t, absl::Time>& heads,
                                     absl::Time now) {
  std::vector<std::uint64_t> want;
  std::set<std::int64_t> hours;
  for (const auto& [size, when] : heads) {
    const bool is_first = hours.insert(absl::ToUnixSeconds(when) / 3600).second;
    if (now - when < absl::Hours(30 * 24) || is_first) want.push_back(size);
  }
  return want;
}

TEST(HeadHistory, KeepsEveryHeadFor30DaysAndThenOneAnHour) {
  TestLog log;
  std::map<std::uint64_t, absl::Time> heads = {{0, log.clock.Now()}};
  ASSERT_EQ(log.Open(), absl::OkStatus());
  const auto add = [&] {
    const std::uint64_t size = heads.rbegin()->first;
    ASSERT_TRUE(log.Add({MakeRecord(size)}).ok());
    heads[size + 1] = log.clock.Now();
  };
  for (int i = 0; i < 20; ++i) {
    log.clock.Advance(absl::Minutes(7));
    add();
  }
  log.clock.Advance(absl::Hours(30 * 24) - absl::Minutes(20 * 7) - absl::Microseconds(1));
  add();
  EXPECT_THAT(KeptSizes(*log.store), SizeIs(22));  // the first one is a microsecond too young
  for (int i = 0; i < 30; ++i) {
    log.clock.Advance(absl::Minutes(6));
    add();
    EXPECT_EQ(KeptSizes(*log.store), WantSizes(heads, log.clock.Now())) << i;
  }
  EXPECT_LT(KeptSizes(*log.store).size(), heads.size());
  EXPECT_THAT(*log.store->SignedHeads(1, 1, 1), IsEmpty());  // of the hour of size 0
}

TEST(HeadHistory, LooksAtABoundedPieceInEachRoundAndCatchesUp) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  constexpr std::uint64_t kHeads = 3 * kHeadsLookedAtOnce;
  for (std::uint64_t i = 0; i < kHeads; ++i) ASSERT_TRUE(log.Add({MakeRecord(i)}).ok());
  EXPECT_THAT(KeptSizes(*log.store), SizeIs(kHeads + 1));
  log.clock.Advance(absl::Hours(31 * 24));
  std::size_t before = kHeads + 1;
  for (std::uint64_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(log.Add({MakeRecord(kHeads + i)}).ok());
    const std::size_t now = KeptSizes(*log.store).size();
    EXPECT_LE(before + 1 - now, kHeadsLookedAtOnce);
    before = now;
  }
  // The head of the empty tree, which was the first of its hour, and those of today.
  EXPECT_THAT(KeptSizes(*log.store),
              ElementsAre(0, kHeads + 1, kHeads + 2, kHeads + 3, kHeads + 4));
}

TEST(HeadHistory, NeverDropsTheNewestHeadHoweverOldItIs) {
  const auto store = storage::NewMemoryStore();
  storage::CommitBatch first;
  first.expect_new_store = true;
  first.head = {.size = 0, .note = "n", .signed_at = absl::UnixEpoch()};
  ASSERT_EQ(store->Commit(first), absl::OkStatus());
  HeadHistory history;
  const absl::Time now = absl::UnixEpoch() + absl::Hours(24 * 365);
  EXPECT_THAT(*history.NextToDrop(*store, 0, now), IsEmpty());
}

TEST(HeadHistory, HandsOnWhatTheStoreSaysAndLooksAgain) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  for (std::uint64_t i = 0; i < 3; ++i) ASSERT_TRUE(log.Add({MakeRecord(i)}).ok());
  HeadHistory history;
  const absl::Time now = log.clock.Now() + absl::Hours(24 * 365);
  log.store->FailReads(absl::UnavailableError("the disk failed"));
  EXPECT_TRUE(absl::IsUnavailable(history.NextToDrop(*log.store, 3, now).status()));
  log.store->FailReads(absl::OkStatus());
  EXPECT_THAT(*history.NextToDrop(*log.store, 3, now), ElementsAre(1, 2));
}

}  // namespace
}  // namespace sumlog::log
