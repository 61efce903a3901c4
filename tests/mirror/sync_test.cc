// Goal: a mirror's store ends with exactly what its upstream has signed, however the work was cut
// into pieces and interrupted; and an upstream that lies anywhere leaves no trace in it.
// Method: an upstream in memory that lies as a test tells it to; every result is compared with a
// store that was filled from the same records, and checked by fsck.

#include "mirror/sync.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "doctor/fsck.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/heads_on_the_way.h"
#include "storage/memory/memory_store.h"
#include "sumlog/client/failure_details.h"
#include "support/batch_builder.h"
#include "support/fake_clock.h"
#include "support/small_sumdb.h"

namespace sumlog::mirror {
namespace {

using ::sumlog::testing::SmallSumdb;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t kPiece = 512;  // two tiles

class SyncTest : public ::testing::Test {
 protected:
  SyncTest() { Restart(); }

  // As a new process would: nothing is known but what the store holds.
  void Restart() {
    client_ = client::SumdbClient::Create({.key = signer_.verifier(), .fetcher = &upstream_});
  }

  absl::StatusOr<SyncReport> Run() {
    return Sync({.store = store_.get(),
                 .client = client_.get(),
                 .fetcher = &upstream_,
                 .clock = &clock_,
                 .from = "https://sum.example.com",
                 .tiles_at_once = 3,
                 .piece_records = kPiece,
                 .until = until_,
                 .watch = watch_});
  }

  // The store holds the first `size` records, under the upstream's own note, and nothing else.
  void ExpectWhole(std::uint64_t size) {
    const auto head = log::NewestSigned(*store_);
    ASSERT_TRUE(head.ok()) << head.status();
    ASSERT_TRUE(head->has_value());
    EXPECT_EQ((*head)->size, size);
    EXPECT_EQ((*head)->note, upstream_.Note(size));
    EXPECT_EQ(*store_->SignedHead(), **head);
    const std::vector<storage::StoredHead> heads = *store_->SignedHeads(0, size, 1000);
    for (const storage::StoredHead& kept : heads) {
      EXPECT_EQ(kept.note, upstream_.Note(kept.size));
    }
    for (std::uint64_t number = 0; number < size; ++number) {
      ASSERT_EQ(store_->Record(number).value_or(""), upstream_.text(number)) << number;
    }
    doctor::FsckOptions options;
    options.keys = {signer_.verifier()};
    const auto report = doctor::Fsck(*store_, options);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->problem_count, 0u)
        << report->problems[0].thing << ": " << report->problems[0].what;
  }

  // Lies about `path` alone, by `lie`.
  void LieAbout(const std::string& path, std::function<std::string(std::string)> lie) {
    upstream_.Damage(
        [path, lie = std::move(lie)](const std::string& asked, absl::StatusOr<std::string> answer) {
          if (asked != path || !answer.ok()) return answer;
          return absl::StatusOr<std::string>(lie(*std::move(answer)));
        });
  }

  const tlog::Signer signer_ = testing::TestSigner("sum.example.com");
  testing::FakeClock clock_;
  SmallSumdb upstream_{signer_};
  std::unique_ptr<storage::LogStore> store_ = storage::NewMemoryStore();
  std::unique_ptr<client::SumdbClient> client_;
  std::uint64_t until_ = SyncOptions().until;
  std::function<absl::Status(const SyncOptions::Progress&)> watch_;
};

// Not in a newline: see FindsASeparatorThatJoinsTwoRecords.
std::string FlipABit(std::string bytes) {
  std::size_t position = bytes.size() / 2;
  while (bytes[position] == '\n') ++position;
  bytes[position] ^= 1;
  return bytes;
}

TEST_F(SyncTest, TakesAllOfANewUpstream) {
  for (const std::uint64_t size : {0u, 1u, 255u, 256u, 257u, 512u, 1300u}) {
    SCOPED_TRACE(size);
    store_ = storage::NewMemoryStore();
    upstream_.AppendMadeUp(size - upstream_.size());
    const auto report = Run();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->begin, 0u);
    EXPECT_EQ(report->end, size);
    EXPECT_TRUE(report->complete);
    ExpectWhole(size);
  }
}

TEST_F(SyncTest, FollowsAGrowingUpstream) {
  for (const std::uint64_t growth : {3u, 0u, 250u, 3u, 1u, 600u, 256u, 1u}) {
    const std::uint64_t before = upstream_.size();
    upstream_.AppendMadeUp(growth);
    const auto report = Run();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->begin, before);
    EXPECT_EQ(report->end, upstream_.size());
    ExpectWhole(upstream_.size());
    if (growth % 2 == 0) Restart();
  }
}

TEST_F(SyncTest, SaysWhereEachRecordCameFrom) {
  upstream_.AppendMadeUp(300);
  ASSERT_TRUE(Run().ok());
  const storage::Provenance first{
      .how = "mirror", .from = "https://sum.example.com", .when = clock_.Now()};
  clock_.Advance(absl::Hours(1));
  upstream_.AppendMadeUp(1);
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(*store_->Provenance(299), first);
  EXPECT_EQ(store_->Provenance(300)->when, first.when + absl::Hours(1));
}

TEST_F(SyncTest, GoesOnWhereItWasInterruptedAndServesNothingMeanwhile) {
  upstream_.AppendMadeUp(300);
  ASSERT_TRUE(Run().ok());
  upstream_.AppendMadeUp(1800);
  for (const std::uint64_t want : {768u, 1280u, 1792u}) {
    Restart();
    watch_ = [](const SyncOptions::Progress&) { return absl::CancelledError("enough"); };
    EXPECT_EQ(Run().status(), absl::CancelledError("enough"));
    EXPECT_EQ(store_->SignedHead()->size, want);
    EXPECT_EQ((*log::NewestSigned(*store_))->size, 300u);
  }
  watch_ = nullptr;
  upstream_.TakeAsked();
  Restart();
  const auto report = Run();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->begin, 1792u);
  ExpectWhole(2100);
  for (const std::string& path : upstream_.TakeAsked()) {
    EXPECT_FALSE(absl::StartsWith(path, "/tile/8/data/006")) << path;
  }
}

TEST_F(SyncTest, FinishesWhenOnlyTheHeadIsLacking) {
  upstream_.AppendMadeUp(700);
  upstream_.AppendMadeUp(324);
  watch_ = [](const SyncOptions::Progress& progress) {
    return progress.done == 512 ? absl::CancelledError("enough") : absl::OkStatus();
  };
  EXPECT_FALSE(Run().ok());
  watch_ = nullptr;
  upstream_.AnswerWithHeadOf(512);
  Restart();
  ASSERT_TRUE(Run().ok());
  ExpectWhole(512);
}

TEST_F(SyncTest, TakesNoMoreThanItIsAskedFor) {
  upstream_.AppendMadeUp(1300);
  for (const std::uint64_t until : {10u, 600u, 601u}) {
    until_ = until;
    const auto report = Run();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->end, until);
    EXPECT_FALSE(report->complete);
    EXPECT_FALSE(log::NewestSigned(*store_)->has_value());
  }
  until_ = SyncOptions().until;
  ASSERT_TRUE(Run().ok());
  ExpectWhole(1300);
}

TEST_F(SyncTest, KeepsOddRecordsAndSecondOnes) {
  upstream_.AppendMadeUp(2);
  upstream_.Append("no record at all\n");
  upstream_.Append(testing::TestRecord(1));
  upstream_.AppendMadeUp(300);
  const auto report = Run();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->odd_records, 1u);
  EXPECT_EQ(*store_->Record(2), "no record at all\n");
  EXPECT_EQ(*store_->Record(3), testing::TestRecord(1));
  EXPECT_EQ(*store_->Find(testing::TestKey(1)), 1u);
  EXPECT_EQ((*log::NewestSigned(*store_))->note, upstream_.Note(304));
}

TEST_F(SyncTest, FindsAFlippedBitWhereverItIs) {
  upstream_.AppendMadeUp(256 * 5 + 7);
  for (const char* path : {"/tile/8/data/000", "/tile/8/data/003", "/tile/8/data/005.p/7",
                           "/tile/8/0/005.p/7", "/tile/8/1/000.p/5", "/latest"}) {
    SCOPED_TRACE(path);
    store_ = storage::NewMemoryStore();
    Restart();
    LieAbout(path, FlipABit);
    const auto report = Run();
    EXPECT_FALSE(report.ok());
    EXPECT_FALSE(absl::IsUnavailable(report.status())) << report.status();
    if (absl::StrContains(path, "data")) {
      EXPECT_TRUE(absl::IsDataLoss(report.status()));
      EXPECT_THAT(std::string(report.status().message()), HasSubstr(std::string(path).substr(1)));
      EXPECT_THAT(std::string(report.status().message()), HasSubstr("tree of 1287 records"));
    }
    EXPECT_FALSE(log::NewestSigned(*store_)->has_value());
    upstream_.Damage(nullptr);
    ASSERT_TRUE(Run().ok());
    ExpectWhole(1287);
  }
}

TEST_F(SyncTest, FindsASeparatorThatJoinsTwoRecords) {
  upstream_.AppendMadeUp(256 + 44);
  for (const char* path : {"/tile/8/data/000", "/tile/8/data/001.p/44"}) {
    for (const int record : {0, 1, 20, 41}) {       // the last of which has one behind it yet
      for (const std::size_t newline : {0u, 1u}) {  // of the two in a row
        SCOPED_TRACE(absl::StrCat(path, " ", record, " ", newline));
        Restart();
        LieAbout(path, [&](std::string bytes) {
          std::size_t at = bytes.find("\n\n");
          for (int i = 0; i < record; ++i) at = bytes.find("\n\n", at + 2);
          bytes[at + newline] ^= 1;
          return bytes;
        });
        const absl::Status status = Run().status();
        EXPECT_TRUE(absl::IsDataLoss(status)) << status;
        EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(path).substr(1)));
        EXPECT_THAT(std::string(status.message()), HasSubstr("from record "));
        EXPECT_FALSE(log::NewestSigned(*store_)->has_value());
      }
    }
  }
  upstream_.Damage(nullptr);
  ASSERT_TRUE(Run().ok());
  ExpectWhole(300);
}

TEST_F(SyncTest, NamesTheFirstWrongRecordOfALastTile) {
  upstream_.AppendMadeUp(300);
  LieAbout("/tile/8/data/001.p/44", [](std::string bytes) {
    bytes[0] ^= 1;
    return bytes;
  });
  EXPECT_THAT(std::string(Run().status().message()), HasSubstr("from record 256 on"));
}

TEST_F(SyncTest, KeepsThePiecesBeforeALie) {
  upstream_.AppendMadeUp(2000);
  LieAbout("/tile/8/data/005", FlipABit);
  EXPECT_TRUE(absl::IsDataLoss(Run().status()));
  EXPECT_EQ(store_->SignedHead()->size, 1024u);
  for (std::uint64_t number = 0; number < 1024; ++number) {
    ASSERT_EQ(*store_->Record(number), upstream_.text(number));
  }
}

TEST_F(SyncTest, FindsAnotherHistoryWhateverItsLength) {
  upstream_.AppendMadeUp(700);
  ASSERT_TRUE(Run().ok());
  for (const std::uint64_t size : {700u, 701u, 1300u}) {
    SmallSumdb other(signer_);
    other.AppendMadeUp(699);
    other.Append("another record\n");
    other.AppendMadeUp(size - 700);
    const auto client = client::SumdbClient::Create({.key = signer_.verifier(), .fetcher = &other});
    const auto report = Sync({.store = store_.get(),
                              .client = client.get(),
                              .fetcher = &other,
                              .clock = &clock_,
                              .from = "https://sum.example.com",
                              .piece_records = kPiece});
    EXPECT_TRUE(absl::IsDataLoss(report.status())) << size << report.status();
    EXPECT_THAT(std::string(report.status().message()), HasSubstr("the first 700 records"));
    ExpectWhole(700);
  }
}

TEST_F(SyncTest, LeavesAnUpstreamThatIsBehindAlone) {
  upstream_.AppendMadeUp(700);
  ASSERT_TRUE(Run().ok());
  upstream_.AnswerWithHeadOf(650);
  Restart();
  const auto report = Run();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->upstream.head.size, 650u);
  EXPECT_EQ(report->end, 700u);
  EXPECT_FALSE(report->complete);
  ExpectWhole(700);
}

TEST_F(SyncTest, CallsWhatIsMissingOrCutUnavailable) {
  upstream_.AppendMadeUp(1300);
  const std::vector<SmallSumdb::OnTheWay> ways = {
      [](const std::string& path, absl::StatusOr<std::string> answer) {
        if (path == "/tile/8/data/003") answer = absl::NotFoundError("404");
        return answer;
      },
      [](const std::string& path, absl::StatusOr<std::string> answer) {
        if (path == "/tile/8/data/003") answer->resize(answer->size() - 20);
        return answer;
      },
      [](const std::string& path, absl::StatusOr<std::string> answer) {
        if (path == "/tile/8/data/003") answer = "<html>log in to this network</html>";
        return answer;
      },
      [](const std::string& path, absl::StatusOr<std::string> answer) {
        if (path == "/tile/8/data/003") answer = "\n<!DOCTYPE html>\n\n<html>\n\nlog in\n\n";
        return answer;
      },
      [](const std::string& path, absl::StatusOr<std::string> answer) {
        if (path == "/tile/8/data/003") answer->resize(answer->find("\n\n") + 2);
        return answer;
      },
      [](const std::string& path, absl::StatusOr<std::string> answer) {
        if (path == "/tile/8/data/003") answer = "";
        return answer;
      },
      [](const std::string& path, absl::StatusOr<std::string> answer) {
        if (absl::StartsWith(path, "/tile/")) answer = absl::UnavailableError("503");
        return answer;
      }};
  for (const SmallSumdb::OnTheWay& way : ways) {
    upstream_.Damage(way);
    EXPECT_TRUE(absl::IsUnavailable(Run().status()));
    EXPECT_FALSE(log::NewestSigned(*store_)->has_value());
  }
  upstream_.Damage(nullptr);
  ASSERT_TRUE(Run().ok());
  ExpectWhole(1300);
}

}  // namespace
}  // namespace sumlog::mirror
