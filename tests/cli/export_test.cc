// Goal: a log is written as files that a client verifies under the log's key, beside a server that
// goes on; what is there already is left alone.

#include <filesystem>

#include "cli/log_folder.h"
#include "cli/verb_run.h"
#include "client/file_fetcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sumlog/client/sumdb_client.h"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;

TEST(Export, WritesATreeThatAClientVerifies) {
  const LogFolder log;
  log.Fill(0, 300);
  const auto server = log.Serve();
  const VerbRun run = log.Run({"export", "static", log.Path("web")});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  const std::string tree = log.Path("web/sumdb/sum.example.com");
  EXPECT_EQ(run.out, "exported: " + tree + ", tree 300\n");
  EXPECT_THAT(run.err, HasSubstr("GOSUMDB=\"" + log.key() + " file://" + tree + "\""));
  const auto files = client::NewFileFetcher(tree);
  const auto client = client::SumdbClient::Create(
      {.key = *tlog::VerifierKey::Parse(log.key()), .fetcher = files.get()});
  for (int i = 0; i < 300; i += 7) {
    const auto record =
        client->Lookup({.path = absl::StrCat("example.com/m", i), .version = "v1.0.0"});
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_EQ(record->text, ZipLine(i) + ModLine(i));
  }
}

TEST(Export, SaysTheSameInJson) {
  const LogFolder log;
  log.Fill(0, 3);
  const VerbRun run = log.Run({"export", "static", log.Path("web"), "--json"});
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_EQ(json["path"], log.Path("web/sumdb/sum.example.com"));
  EXPECT_EQ(json["lookups"], 3);
  EXPECT_EQ(json["blocked"], 0);
}

TEST(Export, LeavesATreeThatIsThereAlone) {
  const LogFolder log;
  log.Fill(0, 3);
  ASSERT_EQ(log.Run({"export", "static", log.Path("web")}).exit_code, kGood);
  const VerbRun again = log.Run({"export", "static", log.Path("web")});
  EXPECT_EQ(again.exit_code, kWrongUse);
  EXPECT_THAT(again.err, HasSubstr("there is a tree in " + log.Path("web/sumdb/sum.example.com")));
  EXPECT_THAT(again.err, HasSubstr("fix   name another folder"));
}

TEST(Export, NeedsAFolderAndALog) {
  const LogFolder log;
  EXPECT_EQ(log.Run({"export", "static"}).exit_code, kWrongUse);
  EXPECT_EQ(log.Run({"export"}).exit_code, kWrongUse);
  EXPECT_EQ(RunVerb({"export", "static", log.Path("web"), "--dir", log.Path("no")}).exit_code,
            kWrongUse);
  EXPECT_FALSE(std::filesystem::exists(log.Path("web")));
}

TEST(Export, FailsWhereNothingCanBeWritten) {
  const LogFolder log;
  log.Fill(0, 3);
  const VerbRun run = log.Run({"export", "static", log.Write("a file", "in the way")});
  EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
}

}  // namespace
}  // namespace sumlog::cli
