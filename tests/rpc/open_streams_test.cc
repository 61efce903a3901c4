// Goal: places for streams are limited, shared out by host, and apart for those that add; nobody
// keeps one without using it.
// Method: streams that only note what they are told, and say what the test wants of how long they
// have waited.

#include "rpc/open_streams.h"

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "gtest/gtest.h"

namespace sumlog::rpc {
namespace {

using Use = OpenStreams::Use;

// Short, so that streams are looked at often.
constexpr absl::Duration kSweepLimit = absl::Milliseconds(40);

class FakeStream final : public OpenStream {
 public:
  void OnCrowdedOut() override { ++crowded_out_count; }
  std::optional<SteadyTime> WaitingSince() const override { return waiting_since; }
  void Cancel() override { Note(&cancel_count_); }
  std::optional<SteadyTime> IdleSince() const override { return idle_since; }
  void OnIdle(absl::Duration limit) override {
    EXPECT_EQ(limit, kSweepLimit);
    Note(&idle_count_);
  }

  int cancel_count() const { return Count(cancel_count_); }
  int idle_count() const { return Count(idle_count_); }

  // Until it was told `count` times that it has stalled or was idle.
  void Await(int count) {
    MutexLock lock(&mu_);
    while (cancel_count_ + idle_count_ < count) changed_.Wait(&mu_);
  }

  // Constant once it is registered.
  std::optional<SteadyTime> waiting_since;
  std::optional<SteadyTime> idle_since;

  int crowded_out_count = 0;

 private:
  void Note(int* count) {
    MutexLock lock(&mu_);
    ++*count;
    changed_.NotifyAll();
  }
  int Count(const int& count) const {
    MutexLock lock(&mu_);
    return count;
  }

  mutable Mutex mu_;
  CondVar changed_;
  int cancel_count_ = 0;  // under mu_
  int idle_count_ = 0;    // under mu_
};

class OpenStreamsTest : public ::testing::Test {
 protected:
  // Whether one more stream of `host` got a place; the index of it among made_ is the order of
  // calls.
  bool Open(const std::string& host, Use use = Use::kRead) {
    made_.push_back(std::make_unique<FakeStream>());
    const absl::Status status = streams_.Add(made_.back().get(), use, host);
    if (!status.ok()) {
      EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
      EXPECT_EQ(status.message(), "the server has 4 such streams open, the most it takes");
    }
    return status.ok();
  }

  ~OpenStreamsTest() override {
    for (const auto& stream : made_) streams_.Remove(stream.get());
  }

  OpenStreams streams_{{.max_streams = 4, .max_add_streams = 4}};
  std::vector<std::unique_ptr<FakeStream>> made_;
};

TEST_F(OpenStreamsTest, GivesOneHostAllWhileNobodyElseComes) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(Open("a"));
  EXPECT_FALSE(Open("a"));
  for (const auto& stream : made_) EXPECT_EQ(stream->crowded_out_count, 0);
  streams_.Remove(made_[0].get());
  EXPECT_TRUE(Open("a"));
}

TEST_F(OpenStreamsTest, TakesFromTheHostThatHasTheMostUntilTheyAreEven) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Open("a"));
  EXPECT_TRUE(Open("b"));
  EXPECT_EQ(made_[3]->crowded_out_count, 1);
  EXPECT_TRUE(Open("b"));
  EXPECT_EQ(made_[2]->crowded_out_count, 1);
  EXPECT_FALSE(Open("b"));
  EXPECT_FALSE(Open("a"));
  EXPECT_TRUE(Open("c"));  // of the two with two each
  EXPECT_EQ(made_[0]->crowded_out_count, 0);
  EXPECT_EQ(made_[1]->crowded_out_count, 1);
  EXPECT_EQ(made_[4]->crowded_out_count, 0);
}

TEST_F(OpenStreamsTest, TakesNoMoreWhileThoseGivenUpHaveNotEnded) {
  for (const std::string host : {"a", "a", "a", "a", "b", "c", "d"}) ASSERT_TRUE(Open(host));
  streams_.Remove(made_[6].get());
  ASSERT_TRUE(Open("a"));  // a has two of four again, three have been given up
  EXPECT_TRUE(Open("e"));
  streams_.Remove(made_.back().get());
  ASSERT_TRUE(Open("a"));
  EXPECT_FALSE(Open("f"));
  streams_.Remove(made_[3].get());
  EXPECT_TRUE(Open("f"));
}

TEST_F(OpenStreamsTest, CountsStreamsThatAddApart) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Open("a"));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(Open("a", Use::kAdd));
  EXPECT_FALSE(Open("b", Use::kAdd));
  streams_.Remove(made_[5].get());
  EXPECT_TRUE(Open("b", Use::kAdd));
  for (const auto& stream : made_) EXPECT_EQ(stream->crowded_out_count, 0);
}

// Wakes the thread without a pause, as a log does that takes records all the time.
TEST(OpenStreams, EndsWhatHasStalledWhileHeadsComeAllTheTime) {
  FakeStream stalled;
  stalled.waiting_since = std::chrono::steady_clock::now() - std::chrono::hours(1);
  OpenStreams streams({.max_stall = kSweepLimit});
  ASSERT_EQ(streams.Add(&stalled, Use::kRead, "a"), absl::OkStatus());
  while (stalled.cancel_count() == 0) streams.NoteNewHead();
  streams.Remove(&stalled);
}

TEST(OpenStreams, EndsWhatHasStalledOrIsIdleAndNothingElse) {
  const SteadyTime past = std::chrono::steady_clock::now() - std::chrono::hours(1);
  const SteadyTime future = past + std::chrono::hours(3);  // never long ago, however slow we are
  FakeStream busy, fresh, stalled, idle;
  fresh.waiting_since = fresh.idle_since = future;
  stalled.waiting_since = past;
  idle.idle_since = past;
  OpenStreams streams({.max_stall = kSweepLimit, .max_idle = kSweepLimit});
  for (FakeStream* stream : {&busy, &fresh, &stalled, &idle}) {
    ASSERT_EQ(streams.Add(stream, Use::kAdd, ""), absl::OkStatus());
  }
  // The second time: then all have been looked at once.
  stalled.Await(2);
  idle.Await(2);
  for (FakeStream* stream : {&busy, &fresh, &stalled, &idle}) streams.Remove(stream);
  EXPECT_EQ(stalled.idle_count() + idle.cancel_count(), 0);
  for (const FakeStream* stream : {&busy, &fresh}) {
    EXPECT_EQ(stream->cancel_count() + stream->idle_count(), 0);
  }
}

}  // namespace
}  // namespace sumlog::rpc
