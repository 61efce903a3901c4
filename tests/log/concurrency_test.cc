// Goal: with many callers at once there is one number for each module version and one history.
// Method: threads add overlapping records, some in conflict, while others read; afterwards every
// answer and every head that anybody saw is checked with proofs. Meant for ThreadSanitizer too.

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "gtest/gtest.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/inclusion.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::TestLog;

constexpr std::uint64_t kModules = 400;
constexpr int kAdders = 4;
constexpr int kReaders = 2;

// What all threads saw.
class Seen {
 public:
  void Head(const PublishedHead& head) {
    MutexLock lock(&mu_);
    const auto [place, is_new] =
        heads_.emplace(head.signed_head.head.size, head.signed_head.head.root);
    EXPECT_EQ(place->second, head.signed_head.head.root);
    static_cast<void>(is_new);
  }

  void Number(std::uint64_t module, std::uint64_t number) {
    MutexLock lock(&mu_);
    EXPECT_EQ(numbers_.emplace(module, number).first->second, number);
  }

  std::map<std::uint64_t, tlog::Hash> heads() {
    MutexLock lock(&mu_);
    return heads_;
  }
  std::map<std::uint64_t, std::uint64_t> numbers() {
    MutexLock lock(&mu_);
    return numbers_;
  }

 private:
  Mutex mu_;
  std::map<std::uint64_t, tlog::Hash> heads_ ABSL_GUARDED_BY(mu_);
  std::map<std::uint64_t, std::uint64_t> numbers_ ABSL_GUARDED_BY(mu_);
};

// Adds every module, two at a time, from a start of its own; every seventh time with other hashes.
void AddAll(TestLog& log, int adder, Seen& seen) {
  for (std::uint64_t i = 0; i < kModules; ++i) {
    const std::uint64_t a = (i + static_cast<std::uint64_t>(adder) * 37) % kModules;
    const std::uint64_t b = (a * 7 + 3) % kModules;
    const std::string variant = (i + static_cast<std::uint64_t>(adder)) % 7 == 0 ? "other" : "";
    const absl::StatusOr<AddAnswer> answer = log->sequencer().AddAndWait(
        {.records = {MakeRecord(a), MakeRecord(b, variant)}, .provenance = {}});
    ASSERT_TRUE(answer.ok()) << answer.status();
    seen.Head(*answer->head);
    seen.Number(a, answer->results[0].number);
    seen.Number(b, answer->results[1].number);
    for (const AddResult& result : answer->results) {
      EXPECT_LT(result.number, answer->head->signed_head.head.size);
    }
  }
}

void ReadUntil(const std::atomic<bool>& done, TestLog& log, Seen& seen) {
  std::uint64_t newest_size = 0;
  for (std::uint64_t i = 0; !done; ++i) {
    const auto head = log->reader().Newest();
    EXPECT_GE(head->signed_head.head.size, newest_size);
    newest_size = head->signed_head.head.size;
    seen.Head(*head);
    log.clock.Advance(absl::Milliseconds(100));
    const std::uint64_t module = i % kModules;
    const absl::StatusOr<LookupAnswer> answer = log->reader().Lookup(MakeRecord(module).module);
    if (absl::IsNotFound(answer.status())) continue;
    ASSERT_TRUE(answer.ok()) << answer.status();
    seen.Number(module, answer->number);
    seen.Head(*answer->head);
    const auto tiles = log->reader().Tiles();
    const auto path = tlog::ProveInclusion(
        {.index = answer->number, .tree_size = answer->head->signed_head.head.size}, *tiles);
    ASSERT_TRUE(path.ok()) << path.status();
    EXPECT_EQ(tlog::VerifyInclusion(answer->head->signed_head.head, answer->number,
                                    tlog::LeafHash(answer->record_text), *path),
              absl::OkStatus());
  }
}

TEST(Concurrency, KeepsOneHistoryAndOneNumberForEachModuleVersion) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  Seen seen;
  std::atomic<bool> done = false;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < kReaders; ++i) {
      readers.emplace_back([&] { ReadUntil(done, log, seen); });
    }
    {
      std::vector<std::jthread> adders;
      for (int i = 0; i < kAdders; ++i) {
        adders.emplace_back([&, i] { AddAll(log, i, seen); });
      }
    }
    done = true;
  }

  const tlog::TreeHead newest = log->reader().Newest()->signed_head.head;
  EXPECT_EQ(newest.size, kModules);
  EXPECT_EQ(seen.numbers().size(), kModules);
  EXPECT_EQ(log->stats().appended, kModules);
  EXPECT_EQ(log->stats().appended + log->stats().already_there + log->stats().conflicts,
            2u * kAdders * kModules);
  const auto tiles = log->reader().Tiles();
  tlog::TreeHead older{.size = 0, .root = tlog::EmptyRoot()};
  for (const auto& [size, root] : seen.heads()) {
    const tlog::TreeHead newer{.size = size, .root = root};
    const auto path =
        tlog::ProveConsistency({.old_size = older.size, .new_size = newer.size}, *tiles);
    ASSERT_TRUE(path.ok()) << path.status();
    EXPECT_EQ(tlog::VerifyConsistency(older, newer, *path), absl::OkStatus());
    older = newer;
  }
  EXPECT_EQ(older, newest);
}

TEST(Concurrency, CompletesEveryAddWhileItIsDrained) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  std::atomic<std::uint64_t> accepted = 0;
  {
    std::vector<std::jthread> adders;
    for (std::uint64_t i = 0; i < kAdders; ++i) {
      adders.emplace_back([&, i] {
        for (std::uint64_t n = 0;; ++n) {
          const auto answer = log.Add({MakeRecord(i * 1'000'000 + n)});
          if (!answer.ok()) {
            EXPECT_TRUE(absl::IsFailedPrecondition(answer.status()));
            return;
          }
          ++accepted;
        }
      });
    }
    log.store->AwaitCommits(10);
    std::jthread other([&] { log->Drain(); });
    log->Drain();
  }
  EXPECT_EQ(log->reader().Newest()->signed_head.head.size, accepted);
}

}  // namespace
}  // namespace sumlog::log
