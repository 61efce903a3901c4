// Goal: an upstream is asked place by place, its bytes are counted, and nobody waits for it for
// ever.
// Method: places in process that answer as told, or hang until they are told to give up.

#include "mirror/upstream.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "base/thread.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_clock.h"

namespace sumlog::mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Answer = std::function<absl::StatusOr<std::string>(absl::string_view path)>;

class Place final : public client::Fetcher {
 public:
  explicit Place(Answer answer) : answer_(std::move(answer)) {}
  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t) override {
    return answer_(path);
  }

 private:
  const Answer answer_;
};

class UpstreamTest : public ::testing::Test {
 protected:
  std::unique_ptr<Upstream> Open(std::vector<std::string> urls) {
    auto upstream = Upstream::Open(
        {.urls = std::move(urls),
         .patience = patience_,
         .max_requests_per_second = max_requests_per_second_,
         .clock = &clock_,
         .open = [this](const std::string& url, std::function<bool()> cancelled)
             -> absl::StatusOr<std::unique_ptr<client::Fetcher>> {
           return std::make_unique<Place>(
               [this, url, cancelled = std::move(cancelled)](absl::string_view path) {
                 asked_.push_back(url);
                 if (url == "hangs") return Hang(cancelled);
                 return answer_(path);
               });
         }});
    EXPECT_TRUE(upstream.ok()) << upstream.status();
    return *std::move(upstream);
  }

  // As a server that sends nothing: until whoever asks has had enough.
  absl::StatusOr<std::string> Hang(const std::function<bool()>& cancelled) {
    is_hanging_ = true;
    while (!cancelled()) std::this_thread::yield();
    return absl::UnavailableError("aborted");
  }

  testing::FakeClock clock_;  // stands still: whoever must wait for a turn waits for ever
  absl::Duration patience_ = kDefaultPatience;
  std::uint32_t max_requests_per_second_ = 0;
  Answer answer_ = [](absl::string_view) { return "answer"; };
  std::vector<std::string> asked_;
  std::atomic<bool> is_hanging_ = false;
};

TEST_F(UpstreamTest, CountsWhatCame) {
  const auto upstream = Open({"a"});
  EXPECT_EQ(*upstream->Fetch("/latest", 10), "answer");
  EXPECT_EQ(*upstream->Fetch("/latest", 10), "answer");
  EXPECT_EQ(upstream->received_bytes(), 12u);
}

TEST_F(UpstreamTest, AsksAnotherPlaceFirstWhenItIsTold) {
  const auto upstream = Open({"a", "b"});
  ASSERT_TRUE(upstream->Fetch("/x", 10).ok());
  upstream->Begin(/*next_place=*/false);
  ASSERT_TRUE(upstream->Fetch("/x", 10).ok());
  upstream->Begin(/*next_place=*/true);
  ASSERT_TRUE(upstream->Fetch("/x", 10).ok());
  upstream->Begin(/*next_place=*/true);
  ASSERT_TRUE(upstream->Fetch("/x", 10).ok());
  EXPECT_THAT(asked_, ElementsAre("a", "a", "b", "a"));
}

TEST_F(UpstreamTest, CallsWhateverIsNoHeadNoDatabase) {
  const auto upstream = Open({"a"});
  for (const absl::Status& failure :
       {absl::NotFoundError("404"), absl::PermissionDeniedError("403"),
        absl::ResourceExhaustedError("long"), absl::InvalidArgumentError("302")}) {
    answer_ = [&failure](absl::string_view) { return failure; };
    const absl::Status status = upstream->Fetch("/latest", 10).status();
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("no checksum database answers: "));
    EXPECT_EQ(upstream->Fetch("/tile/8/0/000", 10).status(), failure);
  }
}

TEST_F(UpstreamTest, LosesPatienceWithWhoSendsNothing) {
  patience_ = absl::Milliseconds(20);
  const auto upstream = Open({"hangs"});
  const absl::Status status = upstream->Fetch("/tile/8/0/000", 10).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("nothing has come for 20ms"));
}

TEST_F(UpstreamTest, StopsWhatIsUnderWay) {
  const auto upstream = Open({"hangs"});
  const std::jthread stopper = StartThread("stopper", [this, &upstream] {
    while (!is_hanging_) std::this_thread::yield();
    upstream->Stop();
  });
  EXPECT_EQ(upstream->Fetch("/latest", 10).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(upstream->Fetch("/latest", 10).status().code(), absl::StatusCode::kCancelled);
}

TEST_F(UpstreamTest, AsksEachPlaceNoMoreThanSoManyTimesInASecond) {
  max_requests_per_second_ = 2;
  patience_ = absl::Milliseconds(20);
  const auto upstream = Open({"a"});
  EXPECT_TRUE(upstream->Fetch("/x", 10).ok());
  EXPECT_TRUE(upstream->Fetch("/x", 10).ok());
  const absl::Status status = upstream->Fetch("/x", 10).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("at most 2 requests in a second"));
  EXPECT_THAT(asked_, ElementsAre("a", "a"));
  clock_.Advance(absl::Seconds(2));
  upstream->Begin(/*next_place=*/false);
  EXPECT_TRUE(upstream->Fetch("/x", 10).ok());
}

TEST_F(UpstreamTest, StopsWhoWaitsForATurn) {
  max_requests_per_second_ = 1;
  const auto upstream = Open({"a"});
  EXPECT_TRUE(upstream->Fetch("/x", 10).ok());
  std::jthread stopper = StartThread("stopper", [&upstream] { upstream->Stop(); });
  EXPECT_EQ(upstream->Fetch("/x", 10).status().code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(asked_, ElementsAre("a"));
}

TEST_F(UpstreamTest, ShowsNoCredentials) {
  const auto upstream = Open({"https://user:secret@a.example.com", "https://b.example.com"});
  EXPECT_THAT(upstream->shown(), Not(HasSubstr("secret")));
  EXPECT_THAT(upstream->shown(), HasSubstr("b.example.com"));
}

TEST(OpenUpstream, RefusesWhatIsNoUrl) {
  const absl::Status status = Upstream::Open({.urls = {"https://a", "nonsense"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("upstream nonsense: "));
}

}  // namespace
}  // namespace sumlog::mirror
