// Goal: a mirror without a network takes bundles in order, in any pieces and as often as one likes;
// a gap, another history or another log changes nothing and is named.
// Method: bundles of a log in memory, and of a second one with the same key that forks from it.

#include "mirror/bundle_import.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/head_timeline.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/bundle_writer.h"
#include "storage/memory/memory_store.h"
#include "sumlog/client/failure_details.h"
#include "support/fake_clock.h"
#include "support/small_sumdb.h"
#include "support/temp_folder.h"

namespace sumlog::mirror {
namespace {

using ::sumlog::testing::SmallSumdb;
using ::testing::HasSubstr;

// A log, and a mirror of it with a network that writes bundles.
class Source {
 public:
  void GrowTo(std::uint64_t size) {
    log.AppendMadeUp(size - log.size());
    const auto client = client::SumdbClient::Create({.key = signer.verifier(), .fetcher = &log});
    ASSERT_TRUE(
        Sync({.store = store.get(), .client = client.get(), .fetcher = &log, .from = "a test"})
            .ok());
  }

  void Write(const std::string& path, std::uint64_t from) const {
    ASSERT_TRUE(WriteBundle(path, {.store = store.get(),
                                   .head = *store->SignedHead(),
                                   .log_name = signer.verifier().name(),
                                   .from = from})
                    .ok());
  }

  const tlog::Signer signer = testing::TestSigner("sum.example.com");
  SmallSumdb log{signer};
  std::unique_ptr<storage::LogStore> store = storage::NewMemoryStore();
};

class BundleImportTest : public ::testing::Test {
 protected:
  // A bundle of `source` as it is now, from `from` on, taken into the mirror.
  absl::StatusOr<SyncReport> Take(const Source& source, std::uint64_t from) {
    const std::string path = absl::StrCat(folder_.path(), "/", bundles_++);
    source.Write(path, from);
    const auto bundle = Bundle::Open(path);
    if (!bundle.ok()) return bundle.status();
    return ImportBundle({.store = store_.get(),
                         .memory = memory_.get(),
                         .bundle = bundle->get(),
                         .clock = &clock_,
                         .key = key_,
                         .from = "bundle"});
  }

  void ExpectSize(std::uint64_t size) {
    const auto head = store_->SignedHead();
    if (size == 0) {
      EXPECT_TRUE(absl::IsNotFound(head.status()));
      return;
    }
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_EQ(head->size, size);
    EXPECT_EQ(head->note, source_.log.Note(size));
  }

  const testing::TempFolder folder_;
  testing::FakeClock clock_;
  Source source_;
  tlog::VerifierKey key_ = source_.signer.verifier();
  std::unique_ptr<storage::LogStore> store_ = storage::NewMemoryStore();
  std::unique_ptr<client::HeadMemory> memory_ = client::NewHeadFile(folder_.path() + "/head");
  int bundles_ = 0;
};

TEST_F(BundleImportTest, TakesOneAfterAnotherAndEachTwice) {
  std::uint64_t from = 0;
  for (const std::uint64_t size : {1u, 256u, 700u, 701u}) {
    source_.GrowTo(size);
    for (const std::uint64_t begin : {from, size}) {
      const auto report = Take(source_, from);
      ASSERT_TRUE(report.ok()) << report.status();
      EXPECT_EQ(report->begin, begin);
      EXPECT_EQ(report->end, size);
      ExpectSize(size);
    }
    EXPECT_EQ(**memory_->Recall(), source_.log.Note(size));
    from = size;
  }
}

TEST_F(BundleImportTest, TakesALogOfThreeLevels) {
  source_.GrowTo(40'000);
  ASSERT_TRUE(Take(source_, 0).ok());
  source_.GrowTo(66'000);
  const auto report = Take(source_, 40'000);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->begin, 40'000u);
  ExpectSize(66'000);
  EXPECT_EQ(*store_->Record(65'999), source_.log.text(65'999));
}

TEST_F(BundleImportTest, NamesAGap) {
  source_.GrowTo(300);
  ASSERT_TRUE(Take(source_, 0).ok());
  source_.GrowTo(900);
  const absl::Status gap = Take(source_, 301).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(gap)) << gap;
  EXPECT_THAT(std::string(gap.message()), HasSubstr("records 300 to 300 are missing"));
  ExpectSize(300);
  EXPECT_TRUE(Take(source_, 299).ok());
  ExpectSize(900);
}

TEST_F(BundleImportTest, TakesNothingOfAnOlderOne) {
  source_.GrowTo(300);
  const std::string older = folder_.path() + "/older";
  source_.Write(older, 0);
  source_.GrowTo(900);
  ASSERT_TRUE(Take(source_, 0).ok());
  const auto bundle = Bundle::Open(older);
  const auto report = ImportBundle({.store = store_.get(),
                                    .memory = memory_.get(),
                                    .bundle = bundle->get(),
                                    .clock = &clock_,
                                    .key = key_,
                                    .from = "bundle"});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->begin, report->end);
  ExpectSize(900);
}

TEST_F(BundleImportTest, RefusesAnotherHistoryBeforeItTakesAnythingIn) {
  Source forked;
  forked.log.Append("example.com/other v1.0.0 h1:x\n");
  forked.GrowTo(400);
  source_.GrowTo(300);
  ASSERT_TRUE(Take(source_, 0).ok());
  for (const std::uint64_t size : {400u, 900u}) {
    forked.GrowTo(size);
    const absl::Status status = Take(forked, 0).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_THAT(client::ForkedNotesOf(status), HasSubstr(source_.log.Note(300)));
    EXPECT_THAT(client::ForkedNotesOf(status), HasSubstr(forked.log.Note(size)));
  }
  ExpectSize(300);
  EXPECT_EQ(**memory_->Recall(), source_.log.Note(300));
}

TEST_F(BundleImportTest, RefusesAnOlderHeadOfAnotherHistory) {
  Source forked;
  forked.log.Append("example.com/other v1.0.0 h1:x\n");
  forked.GrowTo(200);
  source_.GrowTo(300);
  ASSERT_TRUE(Take(source_, 0).ok());
  const absl::Status status = Take(forked, 0).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(client::ForkedNotesOf(status), HasSubstr(forked.log.Note(200)));
}

// Seen, but its records never fetched.
TEST_F(BundleImportTest, RefusesWhatAHeadThatWasSeenContradicts) {
  Source forked;
  forked.log.Append("example.com/other v1.0.0 h1:x\n");
  forked.GrowTo(200);
  ASSERT_EQ(memory_->Replace(std::nullopt, forked.log.Note(200)), absl::OkStatus());
  source_.GrowTo(300);
  const absl::Status status = Take(source_, 0).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(client::ForkedNotesOf(status), HasSubstr(forked.log.Note(200)));
  ExpectSize(0);
  EXPECT_EQ(**memory_->Recall(), forked.log.Note(200));
}

TEST_F(BundleImportTest, GoesOnBelowANewerHeadThatWasSeen) {
  source_.GrowTo(300);
  const std::string path = folder_.path() + "/bundle";
  source_.Write(path, 0);
  source_.GrowTo(900);
  ASSERT_EQ(memory_->Replace(std::nullopt, source_.log.Note(900)), absl::OkStatus());
  const auto bundle = Bundle::Open(path);
  ASSERT_TRUE(ImportBundle({.store = store_.get(),
                            .memory = memory_.get(),
                            .bundle = bundle->get(),
                            .clock = &clock_,
                            .key = key_,
                            .from = "bundle"})
                  .ok());
  ExpectSize(300);
  EXPECT_EQ(**memory_->Recall(), source_.log.Note(900));
}

TEST_F(BundleImportTest, RefusesAnotherLogAndAnotherKey) {
  source_.GrowTo(300);
  key_ = testing::TestSigner("other.example.com").verifier();
  const absl::Status other_log = Take(source_, 0).status();
  EXPECT_TRUE(absl::IsInvalidArgument(other_log)) << other_log;
  EXPECT_THAT(std::string(other_log.message()), HasSubstr("sum.example.com"));
  tlog::Ed25519Seed seed = {};
  seed[5] = 77;
  key_ = tlog::Signer::FromSeed("sum.example.com", seed)->verifier();
  EXPECT_TRUE(absl::IsUnauthenticated(Take(source_, 0).status()));
  ExpectSize(0);
  EXPECT_FALSE(memory_->Recall()->has_value());
}

}  // namespace
}  // namespace sumlog::mirror
