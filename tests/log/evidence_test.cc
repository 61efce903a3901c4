// Goal: each contradiction is kept once, whole, readable, and under a cap.
// Method: a keeper over a real folder, and the conflicts of a whole log.

#include "log/evidence.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::TempFolder;
using ::sumlog::testing::TestLog;
using ::testing::HasSubstr;
using ::testing::Not;

ConflictEvidence Conflict(const std::string& refused) {
  const absl::Time when = absl::FromUnixMicros(1'795'262'400'000'007);
  return {.key = "example.com/m@v1.0.0",
          .standing = {.number = 17, .text = "example.com/m v1.0.0 h1:A\n"},
          .standing_provenance = {.how = "import", .from = "go.sum", .when = when},
          .refused_text = refused,
          .refused_provenance = {.how = "ingest", .from = "token release", .when = when},
          .refused_at = when,
          .head_note = "go.sum database tree\n18\n"};
}

std::size_t CountFiles(const std::string& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

std::string ReadEvidence(const std::string& dir, const std::string& id) {
  return ReadFile(dir + "/conflicts/" + id + ".txt", 1 << 20).value_or("");
}

TEST(Evidence, SaysWhoOfferedWhatAgainstWhat) {
  EXPECT_EQ(FormatEvidence(Conflict("example.com/m v1.0.0 h1:B\n")),
            "sumlog conflict 1\n"
            "module version: example.com/m@v1.0.0\n"
            "record number: 17\n"
            "logged by: import\n"
            "logged from: go.sum\n"
            "logged at: 2026-11-21T12:00:00.000007Z\n"
            "offered by: ingest\n"
            "offered from: token release\n"
            "offered at: 2026-11-21T12:00:00.000007Z\n"
            "refused at: 2026-11-21T12:00:00.000007Z\n"
            "\n"
            "the record in the log:\n"
            "example.com/m v1.0.0 h1:A\n"
            "\n"
            "the record that was refused:\n"
            "example.com/m v1.0.0 h1:B\n"
            "\n"
            "a signed tree head that covers the record in the log:\n"
            "go.sum database tree\n18\n");
}

TEST(Evidence, LetsNoOutsiderWriteALineOfItsOwn) {
  ConflictEvidence evidence = Conflict("B\n");
  evidence.refused_provenance.from = "x\nlogged from: y \xE4\xB8\xAD";
  EXPECT_THAT(FormatEvidence(evidence),
              HasSubstr("offered from: x\\nlogged from: y \xE4\xB8\xAD\n"));
}

TEST(Evidence, NamesAContradictionByBothRecordsAndNothingElse) {
  const std::string id = EvidenceId(Conflict("B\n"));
  EXPECT_EQ(id.size(), 32u);
  EXPECT_NE(EvidenceId(Conflict("C\n")), id);
  ConflictEvidence later = Conflict("B\n");
  later.refused_at += absl::Hours(1);
  later.refused_provenance.from = "somebody else";
  later.head_note = "a newer head";
  EXPECT_EQ(EvidenceId(later), id);
  ConflictEvidence moved = Conflict("B\n");
  moved.standing.text += "B";
  moved.refused_text = "\n";
  EXPECT_NE(EvidenceId(moved), id);
}

TEST(Evidence, KeepsTheSameContradictionOnce) {
  TempFolder folder;
  const auto keeper = EvidenceKeeper::Open(folder.path() + "/a/b", 1 << 20);
  ASSERT_TRUE(keeper.ok());
  const std::vector<std::string> ids =
      (*keeper)->Keep({Conflict("B\n"), Conflict("C\n"), Conflict("B\n")});
  EXPECT_EQ(ids[0], ids[2]);
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_EQ((*keeper)->counters().kept, 2u);
  EXPECT_EQ((*keeper)->counters().repeated, 1u);
  EXPECT_EQ(ReadEvidence(folder.path() + "/a/b", ids[1]), FormatEvidence(Conflict("C\n")));
  const auto later = EvidenceKeeper::Open(folder.path() + "/a/b", 1 << 20);
  ASSERT_TRUE(later.ok());
  EXPECT_EQ((*later)->Keep({Conflict("C\n")})[0], ids[1]);
  EXPECT_EQ(CountFiles(folder.path() + "/a/b/conflicts"), 2u);
}

TEST(Evidence, OnlyCountsBeyondItsCapAlsoAfterOpeningAgain) {
  TempFolder folder;
  for (int round = 0; round < 2; ++round) {
    const auto keeper = EvidenceKeeper::Open(folder.path(), 3 * 4096 - 1);
    ASSERT_TRUE(keeper.ok());
    const std::vector<std::string> ids =
        (*keeper)->Keep({Conflict("A\n"), Conflict("B\n"), Conflict("C\n")});
    EXPECT_FALSE(ids[0].empty());
    EXPECT_FALSE(ids[1].empty());
    EXPECT_TRUE(ids[2].empty());
    EXPECT_EQ((*keeper)->counters().over_cap, 1u);
  }
  EXPECT_EQ(CountFiles(folder.path() + "/conflicts"), 2u);
}

TEST(Evidence, KeepsABoundedNumberOfABatchAndTheRestOfItLater) {
  TempFolder folder;
  const auto keeper = EvidenceKeeper::Open(folder.path(), 1 << 30);
  ASSERT_TRUE(keeper.ok());
  std::vector<ConflictEvidence> flood(3 * kMaxEvidenceInBatch, Conflict("again\n"));
  for (std::size_t i = 0; i < 2 * kMaxEvidenceInBatch; ++i) {
    flood[i] = Conflict(absl::StrCat("other ", i, "\n"));
  }
  std::vector<std::string> ids = (*keeper)->Keep(flood);
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(ids[i].empty(), i >= kMaxEvidenceInBatch);
  EXPECT_EQ(CountFiles(folder.path() + "/conflicts"), kMaxEvidenceInBatch);
  EXPECT_EQ((*keeper)->counters().kept, kMaxEvidenceInBatch);
  EXPECT_EQ((*keeper)->counters().over_cap, 2 * kMaxEvidenceInBatch);
  // What is there already costs nothing.
  ids = (*keeper)->Keep(flood);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(ids[i].empty(), i >= 2 * kMaxEvidenceInBatch);
  }
  EXPECT_EQ((*keeper)->counters().repeated, kMaxEvidenceInBatch);
}

TEST(Evidence, RemovesWhatACrashLeftHalfWritten) {
  TempFolder folder;
  const auto keeper = EvidenceKeeper::Open(folder.path(), 1 << 20);
  ASSERT_TRUE(keeper.ok());
  std::ofstream(folder.path() + "/conflicts/0123.txt.new") << "half";
  EXPECT_FALSE((*keeper)->Keep({Conflict("A\n")})[0].empty());
  EXPECT_EQ(CountFiles(folder.path() + "/conflicts"), 1u);
}

TEST(Evidence, OnlyCountsWhatTheDiskDoesNotTake) {
  TempFolder folder;
  const auto keeper = EvidenceKeeper::Open(folder.path(), 1 << 20);
  ASSERT_TRUE(keeper.ok());
  std::filesystem::remove_all(folder.path() + "/conflicts");
  EXPECT_TRUE((*keeper)->Keep({Conflict("A\n")})[0].empty());
  EXPECT_EQ((*keeper)->counters().failed, 1u);
}

TEST(Evidence, NeedsAFolder) {
  EXPECT_TRUE(absl::IsInvalidArgument(EvidenceKeeper::Open("", 1).status()));
  TempFolder folder;
  std::ofstream(folder.path() + "/file") << "in the way";
  EXPECT_FALSE(EvidenceKeeper::Open(folder.path() + "/file", 1).ok());
}

TEST(Evidence, OfALogHoldsBothRecordsTheirOriginsAndAHeadThatCoversThem) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  // The standing record is new in the same round, so the evidence must wait for its commit.
  const absl::StatusOr<AddAnswer> answer = log.Add({MakeRecord(1), MakeRecord(1, "other")});
  ASSERT_TRUE(answer.ok());
  const std::string text = ReadEvidence(log.evidence_dir(), answer->results[1].evidence_id);
  EXPECT_THAT(text, HasSubstr("logged from: a test\n"));
  EXPECT_THAT(text, HasSubstr(gosum::FormatRecordText(MakeRecord(1))));
  EXPECT_THAT(text, HasSubstr(gosum::FormatRecordText(MakeRecord(1, "other"))));
  EXPECT_THAT(text, HasSubstr(answer->head->signed_head.note));
  EXPECT_THAT(text, Not(HasSubstr("unknown")));
}

}  // namespace
}  // namespace sumlog::log
