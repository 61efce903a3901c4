// Goal: the decisions of a round, and that its batch is what a tree needs.
// Method: the pure function alone; batches are judged by the memory store and by the recursive
// definition of the tree (support/reference_tree.h).

#include "log/round.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"
#include "support/reference_tree.h"

namespace sumlog::log {
namespace {

using Outcome = AddResult::Outcome;

RoundRecord Record(const std::string& key, const std::string& text) {
  return {.key = key, .text = text, .standing = std::nullopt};
}

RoundGroup Group(std::vector<RoundRecord> records, const std::string& from = "a") {
  return {.records = std::move(records),
          .provenance = {.how = "ingest", .from = from, .when = absl::FromUnixSeconds(1)}};
}

std::vector<RoundGroup> Groups(RoundGroup a) {
  std::vector<RoundGroup> groups;
  groups.push_back(std::move(a));
  return groups;
}

std::vector<RoundGroup> Groups(RoundGroup a, RoundGroup b) {
  std::vector<RoundGroup> groups = Groups(std::move(a));
  groups.push_back(std::move(b));
  return groups;
}

TEST(Round, IsEmptyWithoutGroups) {
  const RoundOutcome outcome = RunRound({}, {});
  EXPECT_TRUE(outcome.results.empty());
  EXPECT_TRUE(outcome.batch.records.empty());
  EXPECT_EQ(outcome.edge.size(), 0u);
}

TEST(Round, NumbersNewRecordsAfterTheEdge) {
  tlog::TreeEdge edge;
  edge.Append(tlog::TestLeaves(300));
  const RoundOutcome outcome =
      RunRound(edge, Groups(Group({Record("a@v1", "A\n"), Record("b@v1", "B\n")}),
                            Group({Record("c@v1", "C\n")}, "b")));
  ASSERT_EQ(outcome.results.size(), 2u);
  EXPECT_EQ(outcome.results[0][0].number, 300u);
  EXPECT_EQ(outcome.results[0][1].number, 301u);
  EXPECT_EQ(outcome.results[1][0].number, 302u);
  EXPECT_EQ(outcome.batch.expected_size, 300u);
  EXPECT_EQ(outcome.batch.index[2].key, "c@v1");
  EXPECT_EQ(outcome.batch.index[2].number, 302u);
  std::vector<tlog::Hash> leaves = tlog::TestLeaves(300);
  for (const char* text : {"A\n", "B\n", "C\n"}) leaves.push_back(tlog::LeafHash(text));
  EXPECT_EQ(outcome.head, tlog::ReferenceHead(leaves));
  EXPECT_EQ(outcome.edge.Root(), outcome.head.root);
}

TEST(Round, GivesTheStandingNumberToTheSameText) {
  tlog::TreeEdge edge;
  edge.Append(tlog::TestLeaves(5));
  RoundRecord record = Record("a@v1", "A\n");
  record.standing = StandingRecord{.number = 3, .text = "A\n"};
  const RoundOutcome outcome = RunRound(edge, Groups(Group({record})));
  EXPECT_EQ(outcome.results[0][0].outcome, Outcome::kAlreadyThere);
  EXPECT_EQ(outcome.results[0][0].number, 3u);
  EXPECT_TRUE(outcome.batch.records.empty());
  EXPECT_TRUE(outcome.batch.tiles.empty());
  EXPECT_TRUE(outcome.batch.provenance.empty());
  EXPECT_EQ(outcome.edge.size(), 5u);
}

TEST(Round, RefusesAnotherTextThanTheStandingOne) {
  tlog::TreeEdge edge;
  edge.Append(tlog::TestLeaves(5));
  RoundRecord record = Record("a@v1", "A\n");
  record.standing = StandingRecord{.number = 3, .text = "standing\n"};
  const RoundOutcome outcome =
      RunRound(edge, Groups(Group({Record("b@v1", "B\n")}), Group({record}, "b")));
  EXPECT_EQ(outcome.results[1][0].outcome, Outcome::kConflict);
  EXPECT_EQ(outcome.results[1][0].number, 3u);
  ASSERT_EQ(outcome.conflicts.size(), 1u);
  EXPECT_EQ(outcome.conflicts[0].group, 1u);
  EXPECT_EQ(outcome.conflicts[0].position, 0u);
  EXPECT_EQ(outcome.conflicts[0].key, "a@v1");
  EXPECT_EQ(outcome.conflicts[0].standing.text, "standing\n");
  EXPECT_EQ(outcome.conflicts[0].refused_text, "A\n");
  EXPECT_EQ(outcome.conflicts[0].refused_provenance.from, "b");
  EXPECT_EQ(outcome.batch.records.size(), 1u);
}

TEST(Round, JudgesDuplicatesAcrossGroupsByTheFirst) {
  const RoundOutcome outcome =
      RunRound({}, Groups(Group({Record("a@v1", "A\n"), Record("a@v1", "A\n")}),
                          Group({Record("a@v1", "other\n"), Record("a@v1", "A\n")}, "b")));
  EXPECT_EQ(outcome.results[0][0].outcome, Outcome::kAppended);
  EXPECT_EQ(outcome.results[0][1].outcome, Outcome::kAlreadyThere);
  EXPECT_EQ(outcome.results[1][0].outcome, Outcome::kConflict);
  EXPECT_EQ(outcome.results[1][1].outcome, Outcome::kAlreadyThere);
  for (const auto& results : outcome.results) {
    for (const AddResult& result : results) EXPECT_EQ(result.number, 0u);
  }
  ASSERT_EQ(outcome.conflicts.size(), 1u);
  EXPECT_EQ(outcome.conflicts[0].standing.text, "A\n");
  EXPECT_EQ(outcome.batch.records.size(), 1u);
}

TEST(Round, WritesARunOfProvenanceForEachChange) {
  const RoundOutcome outcome =
      RunRound({}, Groups(Group({Record("a@v1", "A\n")}), Group({Record("b@v1", "B\n")}, "other")));
  ASSERT_EQ(outcome.batch.provenance.size(), 2u);
  EXPECT_EQ(outcome.batch.provenance[0].first, 0u);
  EXPECT_EQ(outcome.batch.provenance[1].first, 1u);
  EXPECT_EQ(outcome.batch.provenance[1].provenance.from, "other");

  const RoundOutcome merged =
      RunRound({}, Groups(Group({Record("a@v1", "A\n")}), Group({Record("b@v1", "B\n")})));
  EXPECT_EQ(merged.batch.provenance.size(), 1u);
}

TEST(Round, LeavesOutTheProvenanceOfAGroupThatAddsNothing) {
  const RoundOutcome outcome =
      RunRound({}, Groups(Group({Record("a@v1", "A\n")}), Group({Record("a@v1", "A\n")}, "other")));
  ASSERT_EQ(outcome.batch.provenance.size(), 1u);
  EXPECT_EQ(outcome.batch.provenance[0].provenance.from, "a");
}

TEST(Round, MakesBatchesThatAStoreTakesAtEveryEdge) {
  const auto store = storage::NewMemoryStore();
  storage::CommitBatch first;
  first.expect_new_store = true;
  ASSERT_EQ(store->Commit(first), absl::OkStatus());
  tlog::TreeEdge edge;
  std::vector<tlog::Hash> leaves;
  for (const std::size_t count : {1u, 1u, 253u, 1u, 1u, 255u, 256u, 700u, 3u}) {
    RoundGroup group = Group({});
    for (std::size_t i = 0; i < count; ++i) {
      const std::string text = "record " + std::to_string(leaves.size()) + "\n";
      group.records.push_back(Record("m" + std::to_string(leaves.size()), text));
      leaves.push_back(tlog::LeafHash(text));
    }
    RoundOutcome outcome = RunRound(edge, Groups(std::move(group)));
    outcome.batch.head.size = outcome.head.size;
    ASSERT_EQ(store->Commit(outcome.batch), absl::OkStatus());
    ASSERT_EQ(outcome.head, tlog::ReferenceHead(leaves));
    edge = std::move(outcome.edge);
  }
  EXPECT_EQ(*store->Find("m700"), 700u);
}

}  // namespace
}  // namespace sumlog::log
