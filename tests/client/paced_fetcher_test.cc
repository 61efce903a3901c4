// Goal: a server is asked no more often than it was said, whatever the clock does, and nobody who
// waits for a turn is held when it is told to stop.
// Method: a clock that moves only while somebody waits, so that it tells when each request went
// out.

#include "client/paced_fetcher.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/token_bucket.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_clock.h"

namespace sumlog::client {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Notes when it is asked.
class Place final : public Fetcher {
 public:
  Place(Clock* clock, std::vector<absl::Time>* asked) : clock_(clock), asked_(asked) {}
  absl::StatusOr<std::string> Fetch(absl::string_view, std::size_t) override {
    asked_->push_back(clock_->Now());
    return "answer";
  }

 private:
  Clock* const clock_;
  std::vector<absl::Time>* const asked_;
};

class PacedFetcherTest : public ::testing::Test {
 protected:
  std::unique_ptr<Fetcher> Pace(std::uint32_t max_requests_per_second) {
    return NewPacedFetcher(std::make_unique<Place>(&clock_, &asked_),
                           {.max_requests_per_second = max_requests_per_second,
                            .clock = &clock_,
                            .wait = [this](absl::Duration wait) {
                              clock_.Advance(wait);
                              return !stopped_;
                            }});
  }

  // In no `window` are there more requests than `most`.
  void ExpectAtMost(std::size_t most, absl::Duration window) const {
    for (std::size_t i = 0; i + most < asked_.size(); ++i) {
      EXPECT_GE(asked_[i + most] - asked_[i], window - absl::Milliseconds(1)) << i;
    }
  }

  testing::FakeClock clock_;
  std::vector<absl::Time> asked_;
  bool stopped_ = false;
};

TEST_F(PacedFetcherTest, AsksSoManyTimesInASecondAndNotMore) {
  const auto fetcher = Pace(10);
  const absl::Time begin = clock_.Now();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(*fetcher->Fetch("/x", 10), "answer");
  EXPECT_THAT(asked_, SizeIs(100));
  // A second's worth at once, the other 90 at ten in a second.
  EXPECT_EQ(asked_[9], begin);
  EXPECT_GT(asked_[10], begin);
  EXPECT_NEAR(absl::ToDoubleSeconds(asked_.back() - begin), 9.0, 0.001);
  ExpectAtMost(20, absl::Seconds(1));
  ExpectAtMost(1010, absl::Seconds(100));
}

TEST_F(PacedFetcherTest, DoesNotHoldWhoAsksRarely) {
  const auto fetcher = Pace(1);
  for (int i = 0; i < 5; ++i) {
    const absl::Time now = clock_.Now();
    ASSERT_TRUE(fetcher->Fetch("/x", 10).ok());
    EXPECT_EQ(asked_.back(), now);
    clock_.Advance(absl::Seconds(1));
  }
}

TEST_F(PacedFetcherTest, SavesNoMoreThanASecondsWorth) {
  const auto fetcher = Pace(3);
  clock_.Advance(absl::Hours(1));
  const absl::Time now = clock_.Now();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(fetcher->Fetch("/x", 10).ok());
  EXPECT_THAT(asked_, Each(now));
  ASSERT_TRUE(fetcher->Fetch("/x", 10).ok());
  EXPECT_GT(asked_.back(), now);
}

TEST_F(PacedFetcherTest, AsksNothingAfterItWasToldToStop) {
  const auto fetcher = Pace(1);
  ASSERT_TRUE(fetcher->Fetch("/x", 10).ok());
  stopped_ = true;
  const absl::Status status = fetcher->Fetch("/x", 10).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("at most 1 requests in a second"));
  EXPECT_THAT(asked_, SizeIs(1));
}

TEST_F(PacedFetcherTest, HoldsNobodyWithoutABound) {
  const auto fetcher = Pace(0);
  const absl::Time now = clock_.Now();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(fetcher->Fetch("/x", 10).ok());
  EXPECT_THAT(asked_, Each(now));
}

TEST(TokenBucket, MakesALineOfThoseWhoComeAtOnce) {
  const absl::Time now = absl::UnixEpoch();
  TokenBucket turns(2, now);
  EXPECT_EQ(turns.Take(now), absl::ZeroDuration());
  EXPECT_EQ(turns.Take(now), absl::ZeroDuration());
  EXPECT_EQ(turns.Take(now), absl::Milliseconds(500));
  EXPECT_EQ(turns.Take(now), absl::Seconds(1));
  EXPECT_EQ(turns.Take(now + absl::Milliseconds(500)), absl::Seconds(1));
}

TEST(TokenBucket, KeepsTheLineShortWhenTheClockIsSet) {
  const absl::Time now = absl::UnixEpoch() + absl::Hours(10'000);
  TokenBucket turns(1, now);
  EXPECT_EQ(turns.Take(now), absl::ZeroDuration());
  EXPECT_EQ(turns.Take(now - absl::Hours(1000)), absl::Seconds(1));
  EXPECT_EQ(turns.Take(now - absl::Hours(1000) + absl::Seconds(1)), absl::Seconds(1));
  EXPECT_EQ(turns.Take(now + absl::Hours(1000)), absl::ZeroDuration());
  EXPECT_EQ(turns.Take(now + absl::Hours(1000)), absl::Seconds(1));
}

}  // namespace
}  // namespace sumlog::client
