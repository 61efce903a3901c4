// Goal: status shows a log as it is, beside its server or without, and says when `serve` would
// refuse it.
// Method: a log of the test, then its anchor removed, replaced and the database taken back.

#include <filesystem>

#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

nlohmann::json StatusOf(const LogFolder& log) {
  return nlohmann::json::parse(log.Run({"status", "--json"}).out);
}

TEST(Status, ShowsADirectory) {
  const LogFolder log;
  log.Fill(0, 1200);
  const VerbRun run = log.Run({"status"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out, HasSubstr("name       sum.example.com\n"));
  EXPECT_THAT(run.out, HasSubstr("size       1,200 records\n"));
  EXPECT_THAT(run.out, HasSubstr("signature  verified\n"));
  EXPECT_THAT(run.out, HasSubstr("anchor     1,200 records in "));
  EXPECT_THAT(run.out, HasSubstr("served     no\n"));
  EXPECT_THAT(run.err, HasSubstr("shares the database's disk"));
}

TEST(Status, SpeaksJson) {
  const LogFolder log;
  log.Fill(0, 3);
  const nlohmann::json json = StatusOf(log);
  EXPECT_EQ(json["name"], "sum.example.com");
  EXPECT_THAT(log.key(), StartsWith(json["key"].get<std::string>() + "+"));
  EXPECT_EQ(json["size"], 3);
  EXPECT_EQ(json["verified"], true);
  EXPECT_EQ(json["served"], false);
  EXPECT_EQ(json["anchor"]["size"], 3);
  EXPECT_EQ(json["anchor"]["shares_disk"], true);
  EXPECT_GE(json["head_age_seconds"], 0);
  EXPECT_GT(json["disk_used_bytes"], 0);
  EXPECT_GT(json["disk_free_bytes"], 0);
  EXPECT_FALSE(json.contains("problem"));
}

TEST(Status, SeesThatADirectoryIsServedAndLeavesItAlone) {
  const LogFolder log;
  {
    const auto server = log.Serve();
    EXPECT_EQ(StatusOf(log)["served"], true);
  }
  EXPECT_EQ(StatusOf(log)["served"], false);
}

TEST(Status, AsksAServer) {
  const LogFolder log;
  log.Fill(0, 3);
  const auto server = log.Serve();
  const std::string url = "http://" + server->http_address();
  const VerbRun unverified = RunVerb({"status", "--server", url});
  EXPECT_EQ(unverified.exit_code, kGood) << unverified.err;
  EXPECT_THAT(unverified.out, HasSubstr("name       sum.example.com\n"));
  EXPECT_THAT(unverified.out, HasSubstr("size       3 records\n"));
  EXPECT_THAT(unverified.out, HasSubstr("signature  not verified"));

  const VerbRun verified = RunVerb({"status", "--server", url, "--key", log.key(), "--json"});
  ASSERT_EQ(verified.exit_code, kGood) << verified.err;
  const auto json = nlohmann::json::parse(verified.out);
  EXPECT_EQ(json["verified"], true);
  EXPECT_EQ(json["key"], StatusOf(log)["key"]);
}

TEST(Status, SaysWhenNoDatabaseAnswers) {
  EXPECT_EQ(RunVerb({"status", "--server", "http://127.0.0.1:1"}).exit_code, kUnreachable);
  EXPECT_EQ(RunVerb({"status", "--server", "ftp://example.com"}).exit_code, kWrongUse);
  EXPECT_EQ(RunVerb({"status"}).exit_code, kWrongUse);
  const testing::TempFolder folder;
  std::ofstream(folder.path() + "/latest") << "hello\n";
  const VerbRun run = RunVerb({"status", "--server", "file://" + folder.path()});
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr("no checksum database answers"));
}

TEST(Status, SaysWhenTheAnchorIsMissing) {
  const LogFolder log;
  std::filesystem::remove(log.config().log_anchor);
  const VerbRun run = log.Run({"status"});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_THAT(run.err, HasSubstr("the anchor"));
  EXPECT_THAT(run.err, HasSubstr("fix   "));
}

TEST(Status, SaysWhenTheDatabaseIsBehindItsAnchor) {
  const LogFolder log;
  log.FallBehind(3, 5);
  const VerbRun run = log.Run({"status"});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_THAT(run.err, HasSubstr("error: cannot serve this log: the database"));
  EXPECT_THAT(run.err, HasSubstr("behind its anchor: 3 records, but 5 were published"));
  EXPECT_THAT(StatusOf(log)["problem"].get<std::string>(), HasSubstr("behind its anchor"));
}

}  // namespace
}  // namespace sumlog::cli
