// Goal: what one client has seen binds the next one: no database goes back unnoticed.
// Method: clients one after the other, and at once, with one memory: a file, or one that notes
// every head it is given; a small database that grows, goes back or forks between them.

#include "sumlog/client/head_memory.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/client/sumdb_client.h"
#include "support/small_sumdb.h"
#include "support/temp_folder.h"

namespace sumlog::client {
namespace {

using ::sumlog::testing::SmallSumdb;
using ::sumlog::testing::TempFolder;
using ::sumlog::testing::TestModule;
using ::sumlog::testing::TestSigner;
using ::testing::HasSubstr;

constexpr char kName[] = "sum.example.com";
constexpr std::size_t kMaxBytes = 1 << 20;

class HeadFileTest : public ::testing::Test {
 protected:
  HeadFileTest() : sumdb_(TestSigner(kName)) {}

  std::string path() const { return folder_.path() + "/newest"; }
  std::string Kept() const { return ReadFile(path(), kMaxBytes).value(); }

  // What a new process is told.
  absl::Status AskAnew(Fetcher& fetcher) const {
    const std::unique_ptr<HeadMemory> memory = NewHeadFile(path());
    return SumdbClient::Create(
               {.key = TestSigner(kName).verifier(), .fetcher = &fetcher, .memory = memory.get()})
        ->Latest()
        .status();
  }

  TempFolder folder_;
  SmallSumdb sumdb_;
};

TEST_F(HeadFileTest, HoldsTheNewestHeadThatAnyClientHasSeen) {
  for (const std::uint64_t size : {3u, 300u, 301u}) {
    sumdb_.AppendMadeUp(size - sumdb_.size());
    ASSERT_EQ(AskAnew(sumdb_), absl::OkStatus());
    EXPECT_EQ(Kept(), sumdb_.Note(size));
  }
  sumdb_.AnswerWithHeadOf(300);  // an older answer of the same history, from a cache
  EXPECT_EQ(AskAnew(sumdb_), absl::OkStatus());
  EXPECT_EQ(Kept(), sumdb_.Note(301));
}

TEST_F(HeadFileTest, IsKeptBeforeALookupIsBelieved) {
  sumdb_.AppendMadeUp(5);
  const std::unique_ptr<HeadMemory> memory = NewHeadFile(path());
  const auto client = SumdbClient::Create(
      {.key = TestSigner(kName).verifier(), .fetcher = &sumdb_, .memory = memory.get()});
  ASSERT_TRUE(client->Lookup(TestModule(2)).ok());
  EXPECT_EQ(Kept(), sumdb_.Note(5));
}

TEST_F(HeadFileTest, LetsTheNextClientFindAFork) {
  sumdb_.AppendMadeUp(300);
  ASSERT_EQ(AskAnew(sumdb_), absl::OkStatus());
  for (const std::uint64_t size : {300u, 301u, 600u}) {
    SmallSumdb other(TestSigner(kName));
    other.AppendMadeUp(299);
    other.Append("example.com/other v1.0.0 h1:x\n");
    other.AppendMadeUp(size - 300);
    const absl::Status status = AskAnew(other);
    EXPECT_TRUE(absl::IsDataLoss(status)) << size << ": " << status;
    EXPECT_THAT(ForkedNotesOf(status), HasSubstr(other.Note(size)));
    EXPECT_THAT(ForkedNotesOf(status), HasSubstr(sumdb_.Note(300)));
    EXPECT_EQ(Kept(), sumdb_.Note(300));
  }
}

TEST_F(HeadFileTest, LetsTheNextClientNoticeADatabaseThatHasGoneBack) {
  sumdb_.AppendMadeUp(300);
  ASSERT_EQ(AskAnew(sumdb_), absl::OkStatus());
  SmallSumdb restored(TestSigner(kName));  // from a copy of before
  restored.AppendMadeUp(200);
  const absl::Status status = AskAnew(restored);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("head of 300 records"));
  EXPECT_EQ(Kept(), sumdb_.Note(300));
}

TEST_F(HeadFileTest, OfAnotherKeyOrOfNoneIsRefusedAndLeftAlone) {
  sumdb_.AppendMadeUp(3);
  SmallSumdb other(TestSigner("other.example.com"));
  other.AppendMadeUp(3);
  for (const std::string& content : {std::string(), std::string("rubbish\n"), other.Note(3)}) {
    ASSERT_EQ(ReplaceFileDurably(path(), content, 0644), absl::OkStatus());
    const absl::Status status = AskAnew(sumdb_);
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("kept from earlier"));
    EXPECT_EQ(Kept(), content);
  }
}

TEST_F(HeadFileTest, ThatCannotBeWrittenLetsNothingBeBelieved) {
  sumdb_.AppendMadeUp(3);
  const std::unique_ptr<HeadMemory> memory = NewHeadFile(folder_.path() + "/absent/newest");
  const auto client = SumdbClient::Create(
      {.key = TestSigner(kName).verifier(), .fetcher = &sumdb_, .memory = memory.get()});
  for (int tries = 0; tries < 2; ++tries) {
    EXPECT_FALSE(client->Latest().ok());
    EXPECT_FALSE(client->Lookup(TestModule(0)).ok());
  }
}

TEST_F(HeadFileTest, IsReplacedOnlyByWhoKnowsWhatItHolds) {
  const std::unique_ptr<HeadMemory> memory = NewHeadFile(path());
  EXPECT_EQ(memory->Recall().value(), std::nullopt);
  EXPECT_TRUE(absl::IsAborted(memory->Replace("something", "new")));
  EXPECT_EQ(memory->Recall().value(), std::nullopt);
  ASSERT_EQ(memory->Replace(std::nullopt, "first"), absl::OkStatus());
  EXPECT_TRUE(absl::IsAborted(memory->Replace(std::nullopt, "second")));
  EXPECT_TRUE(absl::IsAborted(memory->Replace("firs", "second")));
  EXPECT_EQ(memory->Recall().value(), "first");
  ASSERT_EQ(memory->Replace("first", "second"), absl::OkStatus());
  EXPECT_EQ(memory->Recall().value(), "second");
}

// Remembers everything that it was told.
class NotingMemory final : public HeadMemory {
 public:
  absl::StatusOr<std::optional<std::string>> Recall() override {
    MutexLock lock(&mu_);
    return notes_.empty() ? std::nullopt : std::optional<std::string>(notes_.back());
  }
  absl::Status Replace(const std::optional<std::string>& old, const std::string& next) override {
    MutexLock lock(&mu_);
    const bool as_known = notes_.empty() ? !old.has_value() : old == notes_.back();
    if (!as_known) return absl::AbortedError("something else");
    notes_.push_back(next);
    return absl::OkStatus();
  }
  std::vector<std::string> notes() const {
    MutexLock lock(&mu_);
    return notes_;
  }

 private:
  mutable Mutex mu_;
  std::vector<std::string> notes_ ABSL_GUARDED_BY(mu_);
};

// Answers with the head of one size, whatever the others are told.
class AtSize final : public Fetcher {
 public:
  AtSize(SmallSumdb& sumdb, std::uint64_t size) : sumdb_(sumdb), size_(size) {}
  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override {
    if (path == "/latest") return sumdb_.Note(size_);
    return sumdb_.Fetch(path, max_bytes);
  }

 private:
  SmallSumdb& sumdb_;
  const std::uint64_t size_;
};

TEST(HeadMemory, OnlyEverGrowsUnderManyClients) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(600);
  NotingMemory memory;
  std::vector<std::jthread> threads;
  for (std::uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < 40; ++i) {
        AtSize fetcher(sumdb, 1 + (i * 15 + thread * 149) % 600);
        const auto client = SumdbClient::Create(
            {.key = TestSigner(kName).verifier(), .fetcher = &fetcher, .memory = &memory});
        EXPECT_EQ(client->Latest().status(), absl::OkStatus());
      }
    });
  }
  threads.clear();
  std::vector<std::uint64_t> sizes;
  for (const std::string& note : memory.notes()) {
    const tlog::VerifierKey key = TestSigner(kName).verifier();
    sizes.push_back(tlog::OpenTreeHead(note, absl::MakeConstSpan(&key, 1))->head.size);
  }
  EXPECT_TRUE(std::is_sorted(sizes.begin(), sizes.end()));
  EXPECT_EQ(std::adjacent_find(sizes.begin(), sizes.end()), sizes.end());
  EXPECT_GT(sizes.back(), 580u);
}

}  // namespace
}  // namespace sumlog::client
