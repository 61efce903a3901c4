// Goal: one place that answers is enough; what none has is nowhere only when all have said so; and
// nobody is asked without pause.
// Method: places in process that answer as told; waits that are noted instead of waited.

#include "client/failover_fetcher.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Status kGone = absl::NotFoundError("status 404");
const absl::Status kDown = absl::UnavailableError("status 503");
const absl::Status kPortal = absl::InvalidArgumentError("status 302");

// Gives its answers in turn, then the last one for ever.
class Place final : public Fetcher {
 public:
  explicit Place(std::vector<absl::StatusOr<std::string>> answers) : answers_(std::move(answers)) {}
  absl::StatusOr<std::string> Fetch(absl::string_view, std::size_t) override {
    ++asked;
    const std::size_t next = std::min(next_, answers_.size() - 1);
    ++next_;
    return answers_[next];
  }
  int asked = 0;

 private:
  const std::vector<absl::StatusOr<std::string>> answers_;
  std::size_t next_ = 0;
};

class FailoverFetcherTest : public ::testing::Test {
 protected:
  Place& Add(std::vector<absl::StatusOr<std::string>> answers) {
    auto place = std::make_unique<Place>(std::move(answers));
    Place& added = *place;
    options_.fetchers.push_back(std::move(place));
    return added;
  }

  absl::StatusOr<std::string> Fetch() {
    if (fetcher_ == nullptr) {
      options_.wait = [this](absl::Duration wait) {
        waits_.push_back(wait);
        return !stopped_;
      };
      fetcher_ = NewFailoverFetcher(std::move(options_));
    }
    return fetcher_->Fetch("/latest", 100);
  }

  FailoverOptions options_;
  std::vector<absl::Duration> waits_;
  bool stopped_ = false;

 private:
  std::unique_ptr<Fetcher> fetcher_;
};

TEST_F(FailoverFetcherTest, TakesTheFirstAnswer) {
  const Place& first = Add({"first"});
  const Place& second = Add({"second"});
  EXPECT_EQ(Fetch().value(), "first");
  EXPECT_EQ(first.asked, 1);
  EXPECT_EQ(second.asked, 0);
}

TEST_F(FailoverFetcherTest, AsksTheNextWhateverTheFirstLacks) {
  for (const absl::Status& failure :
       {kGone, kDown, kPortal, absl::ResourceExhaustedError("long")}) {
    FailoverOptions options;
    options.wait = [](absl::Duration) { return false; };
    options.fetchers.push_back(
        std::make_unique<Place>(std::vector<absl::StatusOr<std::string>>{failure}));
    options.fetchers.push_back(
        std::make_unique<Place>(std::vector<absl::StatusOr<std::string>>{"second"}));
    EXPECT_EQ(NewFailoverFetcher(std::move(options))->Fetch("/latest", 100).value(), "second")
        << failure;
  }
}

TEST_F(FailoverFetcherTest, AsksFirstWhoAnsweredLast) {
  const Place& first = Add({kDown});
  Add({"second"});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Fetch().value(), "second");
  EXPECT_EQ(first.asked, 1);
}

TEST_F(FailoverFetcherTest, SaysNotFoundWhenAllHaveSaidSoAndAsksNobodyTwice) {
  const Place& first = Add({kGone});
  const Place& second = Add({kGone});
  EXPECT_EQ(Fetch().status(), kGone);
  EXPECT_EQ(first.asked + second.asked, 2);
  EXPECT_THAT(waits_, IsEmpty());
}

TEST_F(FailoverFetcherTest, DoesNotSayNotFoundWhileOneHasNotAnswered) {
  Add({kGone});
  const Place& down = Add({kDown});
  Add({kGone});
  const absl::Status status = Fetch().status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("asked 4 times"));
  EXPECT_EQ(down.asked, 4);
}

TEST_F(FailoverFetcherTest, SaysNotFoundOnceTheOneThatWasDownHasSaidSo) {
  Add({kDown, kDown, kGone});
  Add({kGone});
  EXPECT_EQ(Fetch().status(), kGone);
}

TEST_F(FailoverFetcherTest, PrefersAnotherAnswerToNotFound) {
  Add({kGone});
  Add({kPortal});
  EXPECT_EQ(Fetch().status(), kPortal);
  EXPECT_THAT(waits_, IsEmpty());
}

TEST_F(FailoverFetcherTest, WaitsTwiceAsLongEachTimeUpToABound) {
  options_.rounds = 6;
  options_.first_wait = absl::Seconds(1);
  options_.max_wait = absl::Seconds(5);
  Add({kDown});
  EXPECT_FALSE(Fetch().ok());
  ASSERT_EQ(waits_.size(), 5u);
  const std::vector<int> full = {1, 2, 4, 5, 5};
  for (std::size_t i = 0; i < waits_.size(); ++i) {
    EXPECT_GE(waits_[i], absl::Seconds(full[i]) / 2) << i;
    EXPECT_LE(waits_[i], absl::Seconds(full[i])) << i;
  }
}

TEST_F(FailoverFetcherTest, WaitsAsLongAsTheServerAsksFor) {
  options_.max_wait = absl::Seconds(5);
  Add({WithRetryAfter(kDown, absl::Seconds(4)), "answer"});
  EXPECT_EQ(*Fetch(), "answer");
  EXPECT_THAT(waits_, ::testing::ElementsAre(absl::Seconds(4)));
}

TEST_F(FailoverFetcherTest, GivesUpWhenTheServerAsksForMoreThanItWaits) {
  options_.max_wait = absl::Seconds(5);
  const Place& down = Add({WithRetryAfter(kDown, absl::Seconds(6))});
  EXPECT_EQ(RetryAfterOf(Fetch().status()), absl::Seconds(6));
  EXPECT_EQ(down.asked, 1);
  EXPECT_THAT(waits_, IsEmpty());
}

TEST_F(FailoverFetcherTest, StopsWhenItIsTold) {
  stopped_ = true;
  const Place& down = Add({WithServerText(kDown, "back at noon")});
  const absl::Status status = Fetch().status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(ServerTextOf(status), "back at noon");
  EXPECT_EQ(down.asked, 1);
}

TEST_F(FailoverFetcherTest, KeepsTheServersTextWhenItGivesUp) {
  Add({WithServerText(kDown, "back at noon")});
  EXPECT_EQ(ServerTextOf(Fetch().status()), "back at noon");
}

}  // namespace
}  // namespace sumlog::client
