// Goal: what a caller of Sequencer::Add is promised: numbers, duplicates, conflicts, limits.
// Method: a whole OriginLog over the memory store, with a clock that stands still; commits are held
// inside the store where a test needs a queue that waits.

#include "log/sequencer.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using Outcome = AddResult::Outcome;
using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::MakeRecords;
using ::sumlog::testing::TestLog;
using ::testing::HasSubstr;

std::vector<std::uint64_t> Numbers(const AddAnswer& answer) {
  std::vector<std::uint64_t> numbers;
  for (const AddResult& result : answer.results) numbers.push_back(result.number);
  return numbers;
}

TEST(Sequencer, NumbersRecordsInOrderAndPublishesAHeadThatCoversThem) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  const absl::StatusOr<AddAnswer> answer = log.Add(MakeRecords(0, 3));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(Numbers(*answer), (std::vector<std::uint64_t>{0, 1, 2}));
  for (const AddResult& result : answer->results) EXPECT_EQ(result.outcome, Outcome::kAppended);
  EXPECT_EQ(answer->head->signed_head.head.size, 3u);
  EXPECT_EQ(log->reader().Newest(), answer->head);
  EXPECT_EQ(log->stats().appended, 3u);
  EXPECT_EQ(log->stats().heads, 1u);
}

TEST(Sequencer, AnswersTheSameRecordWithTheSameNumberAndSignsNothing) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  const absl::StatusOr<AddAnswer> first = log.Add({MakeRecord(7)});
  ASSERT_TRUE(first.ok());
  const std::size_t commits = log.store->notes().size();
  const std::size_t anchored = log.anchor->stores();
  const absl::StatusOr<AddAnswer> again = log.Add({MakeRecord(7)});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->results[0].outcome, Outcome::kAlreadyThere);
  EXPECT_EQ(again->results[0].number, first->results[0].number);
  EXPECT_EQ(again->head, first->head);
  EXPECT_EQ(log.store->notes().size(), commits);
  EXPECT_EQ(log.anchor->stores(), anchored);
}

TEST(Sequencer, RefusesOtherHashesAndWritesNothingButEvidence) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add({MakeRecord(7)}).ok());
  const absl::StatusOr<AddAnswer> answer = log.Add({MakeRecord(7, "other"), MakeRecord(8)});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->results[0].outcome, Outcome::kConflict);
  EXPECT_EQ(answer->results[0].number, 0u);
  EXPECT_FALSE(answer->results[0].evidence_id.empty());
  EXPECT_EQ(answer->results[1].outcome, Outcome::kAppended);
  EXPECT_EQ(answer->head->signed_head.head.size, 2u);
  const absl::StatusOr<LookupAnswer> lookup = log->reader().Lookup(MakeRecord(7).module);
  ASSERT_TRUE(lookup.ok());
  EXPECT_EQ(lookup->record_text, gosum::FormatRecordText(MakeRecord(7)));
  EXPECT_EQ(log->stats().conflicts, 1u);
  EXPECT_EQ(log->stats().evidence.kept, 1u);
}

TEST(Sequencer, JudgesDuplicatesInsideOneRequest) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  const absl::StatusOr<AddAnswer> answer =
      log.Add({MakeRecord(1), MakeRecord(2), MakeRecord(1), MakeRecord(2, "other")});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(Numbers(*answer), (std::vector<std::uint64_t>{0, 1, 0, 1}));
  EXPECT_EQ(answer->results[2].outcome, Outcome::kAlreadyThere);
  EXPECT_EQ(answer->results[3].outcome, Outcome::kConflict);
  EXPECT_FALSE(answer->results[3].evidence_id.empty());
  EXPECT_EQ(answer->head->signed_head.head.size, 2u);
}

TEST(Sequencer, AnswersARequestWithoutRecordsWithTheNewestHead) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  const absl::StatusOr<AddAnswer> answer = log.Add({});
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->results.empty());
  EXPECT_EQ(answer->head, log->reader().Newest());
}

TEST(Sequencer, RefusesAWholeRequestForOneRecordThatIsNotValid) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  gosum::Record bad = MakeRecord(2);
  bad.zip_hash = "h1:short";
  const absl::StatusOr<AddAnswer> answer = log.Add({MakeRecord(1), bad});
  EXPECT_TRUE(absl::IsInvalidArgument(answer.status()));
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("record 1 of the request"));
  EXPECT_EQ(log->reader().Newest()->signed_head.head.size, 0u);
}

TEST(Sequencer, RefusesProvenanceOverItsLimit) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  const absl::StatusOr<AddAnswer> answer = log->sequencer().AddAndWait(
      {.records = {MakeRecord(1)},
       .provenance = {.how = "ingest", .from = std::string(4097, 'x'), .when = absl::Time()}});
  EXPECT_TRUE(absl::IsInvalidArgument(answer.status()));
  EXPECT_TRUE(log.Add({MakeRecord(1)}).ok());
}

TEST(Sequencer, KeepsProvenanceAndTakesNowForATimeThatIsLeftOut) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add(MakeRecords(0, 2)).ok());
  const absl::Time when = absl::FromUnixSeconds(1'000'000'000);
  ASSERT_TRUE(log->sequencer()
                  .AddAndWait({.records = {MakeRecord(2)},
                               .provenance = {.how = "import", .from = "go.sum", .when = when}})
                  .ok());
  EXPECT_EQ(*log.store->Provenance(1),
            (storage::Provenance{.how = "ingest", .from = "a test", .when = log.clock.Now()}));
  EXPECT_EQ(*log.store->Provenance(2),
            (storage::Provenance{.how = "import", .from = "go.sum", .when = when}));
}

}  // namespace
}  // namespace sumlog::log
