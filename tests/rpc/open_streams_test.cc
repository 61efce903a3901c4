// Goal: places for streams are limited, shared out by host, and apart for those that add.
// Method: streams that only note what they are told.

#include "rpc/open_streams.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sumlog::rpc {
namespace {

using Use = OpenStreams::Use;

class FakeStream final : public OpenStream {
 public:
  void OnCrowdedOut() override { ++crowded_out_count; }
  std::optional<SteadyTime> WaitingSince() const override { return std::nullopt; }
  void Cancel() override {}

  int crowded_out_count = 0;
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

}  // namespace
}  // namespace sumlog::rpc
