// Goal: fsck calls a whole log good, beside its server too, and tells damage (exit 1) from
// contradiction of what was signed (exit 4).
// Method: a log of the test; its files are damaged, or a head is signed over another tree.

#include <filesystem>

#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/tree_edge.h"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;

TEST(Fsck, FindsNothingWrongWithAWholeLog) {
  const LogFolder log;
  log.Fill(0, 300);
  const auto server = log.Serve();
  const VerbRun run = log.Run({"fsck"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out, "good: 0 problems in a tree of 300\n");
  EXPECT_THAT(run.err, HasSubstr("checked 300 records"));

  const auto json = nlohmann::json::parse(log.Run({"fsck", "--json"}).out);
  EXPECT_EQ(json["tree_size"], 300);
  EXPECT_EQ(json["records_checked"], 300);
  EXPECT_EQ(json["problem_count"], 0);
  EXPECT_TRUE(json["problems"].empty());
}

TEST(Fsck, ChecksANewLog) {
  const LogFolder log;
  EXPECT_EQ(log.Run({"fsck"}).exit_code, kGood);
}

TEST(Fsck, CallsADatabaseThatCannotBeReadDamaged) {
  const LogFolder log;
  log.Fill(0, 300);
  // Every byte of every table turned over: whatever is read, its checksum is wrong.
  for (const auto& entry :
       std::filesystem::directory_iterator(server::DatabasePath(log.config()))) {
    if (entry.path().extension() != ".sst") continue;
    std::string bytes = ReadText(entry.path());
    for (char& c : bytes) c = static_cast<char>(~c);
    std::ofstream(entry.path(), std::ios::binary) << bytes;
  }
  const VerbRun run = log.Run({"fsck"});
  EXPECT_EQ(run.exit_code, kFoundWrong) << run.out << run.err;
}

TEST(Fsck, CallsAHeadOverAnotherTreeAContradiction) {
  const LogFolder log;
  {
    const auto store = storage::OpenRocksDbStore({.path = server::DatabasePath(log.config())});
    ASSERT_TRUE(store.ok()) << store.status();
    const auto signer = server::LoadSigner(log.config());
    ASSERT_TRUE(signer.ok()) << signer.status();
    const std::string text = ZipLine(0) + ModLine(0);
    storage::CommitBatch batch;
    batch.records.Append(text);
    tlog::TreeEdge edge;
    batch.tiles = edge.Append({tlog::LeafHash(text)});
    const auto head =
        tlog::SignTreeHead({.size = 1, .root = tlog::LeafHash("another record\n")}, {*signer});
    ASSERT_TRUE(head.ok()) << head.status();
    batch.head = {.size = 1, .note = head->note, .signed_at = absl::Now()};
    batch.index = {{.key = "example.com/m0@v1.0.0", .number = 0}};
    batch.provenance = {
        {.first = 0, .provenance = {.how = "import", .from = "x", .when = absl::Now()}}};
    ASSERT_EQ((*store)->Commit(batch), absl::OkStatus());
  }
  const VerbRun run = log.Run({"fsck"});
  EXPECT_EQ(run.exit_code, kTampering);
  EXPECT_THAT(run.out, HasSubstr("[contradicts signed bytes]"));
  const auto json = nlohmann::json::parse(log.Run({"fsck", "--json"}).out);
  EXPECT_EQ(json["problems"][0]["signed_contradiction"], true);
}

TEST(Fsck, CallsADatabaseBehindItsAnchorAProblem) {
  const LogFolder log;
  log.FallBehind(3, 5);
  const VerbRun run = log.Run({"fsck"});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_THAT(run.out, HasSubstr("behind its anchor: 3 records, but 5 were published"));
  EXPECT_THAT(run.out, HasSubstr("damaged: 1 problem in a tree of 3\n"));
  const auto json = nlohmann::json::parse(log.Run({"fsck", "--json"}).out);
  EXPECT_EQ(json["problem_count"], 1);
  EXPECT_EQ(json["problems"][0]["thing"], "anchor " + log.config().log_anchor);
}

TEST(Fsck, CallsAnAnchorOfAnotherHistoryAContradiction) {
  for (const int count : {2, 3}) {  // of fewer records than the database, and of as many
    SCOPED_TRACE(count);
    const LogFolder log;
    log.ContradictAnchor(3, count);
    const VerbRun run = log.Run({"fsck"});
    EXPECT_EQ(run.exit_code, kTampering) << run.out;
    EXPECT_THAT(run.out, HasSubstr("different histories"));
    EXPECT_EQ(log.Run({"status"}).exit_code, kTampering);
    EXPECT_EQ(log.Run({"lookup", "example.com/m1@v1.0.0"}).exit_code, kTampering);
  }
}

TEST(Fsck, CallsAMissingAnchorAProblem) {
  const LogFolder log;
  std::filesystem::remove(log.config().log_anchor);
  const VerbRun run = log.Run({"fsck"});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_THAT(run.out, HasSubstr("anchor " + log.config().log_anchor));
}

TEST(Fsck, SaysWhenThereIsNoDatabase) {
  const LogFolder log;
  std::filesystem::remove_all(server::DatabasePath(log.config()));
  const VerbRun run = log.Run({"fsck"});
  EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
}

TEST(Fsck, TakesTheKeyFromAFlagWhenTheKeyFileIsGone) {
  const LogFolder log;
  log.Fill(0, 2);
  std::filesystem::remove(log.config().log_key_file);
  const VerbRun without = log.Run({"fsck"});
  EXPECT_EQ(without.exit_code, kUnreachable);
  EXPECT_THAT(without.err, HasSubstr("fix   name the log's verifier key instead: --key KEY"));
  EXPECT_EQ(log.Run({"fsck", "--key", log.key()}).exit_code, kGood);
}

}  // namespace
}  // namespace sumlog::cli
