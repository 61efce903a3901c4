// Goal: status shows a log as it is, beside its server or without, and says when `serve` would
// refuse it.
// Method: a log of the test, then its anchor removed, replaced and the database taken back.

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "support/as_nobody.h"

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

TEST(Status, SaysThatADirectoryIsFrozen) {
  const LogFolder log;
  EXPECT_THAT(log.Run({"status"}).out, HasSubstr("frozen     no\n"));
  EXPECT_TRUE(StatusOf(log)["frozen"].is_null());
  {
    const auto server = log.Serve();
    ASSERT_EQ(log.Run({"freeze", "--reason", "key ceremony"}).exit_code, kGood);
  }
  EXPECT_THAT(log.Run({"status"}).out, HasSubstr("by local-socket: key ceremony\n"));
  EXPECT_EQ(StatusOf(log)["frozen"]["reason"], "key ceremony");
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

TEST(Status, SaysWhenItsUserCannotUseTheAnchorAsServeMust) {
  const LogFolder log;
  const std::string anchor = log.config().log_anchor;
  testing::RunAsNobody(log.dir(), [&] {
    EXPECT_EQ(log.Run({"status"}).exit_code, kGood);
    for (const mode_t mode : {0000u, 0400u}) {
      ASSERT_EQ(::chmod(anchor.c_str(), mode), 0);
      const VerbRun run = log.Run({"status"});
      EXPECT_EQ(run.exit_code, kFoundWrong) << run.err;
      EXPECT_THAT(run.err, HasSubstr("Permission denied\n"));
      EXPECT_THAT(run.err, HasSubstr("fix   let the user that serves read and write it"));
      EXPECT_THAT(log.Run({"import", log.Write("none.sum", "")}).err,
                  HasSubstr("fix   let the user that serves read and write " + anchor));
    }
  });
}

// A user of monitoring may read the database and not the anchor: that is no fault of the log.
TEST(Status, LeavesTheAnchorOfAnotherUserAlone) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const LogFolder log;
  ASSERT_EQ(::chmod(log.config().log_anchor.c_str(), 0), 0);
  testing::RunAsNobody(log.dir(), [] {});
  ASSERT_EQ(::chown(log.config().log_anchor.c_str(), 0, 0), 0);
  ASSERT_EQ(::chown(server::DatabasePath(log.config()).c_str(), 0, 0), 0);
  testing::RunAsNobody(log.dir() + "/keys", [&] {
    const VerbRun run = log.Run({"status"});
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    EXPECT_THAT(run.out, HasSubstr("not usable: "));
  });
}

TEST(Status, SaysThatAFolderMayNotBeRead) {
  const LogFolder log;
  const std::string database = server::DatabasePath(log.config());
  testing::RunAsNobody(log.dir(), [&] {
    ASSERT_EQ(::chmod(database.c_str(), 0), 0);
    for (const char* const verb : {"status", "fsck", "import"}) {
      const VerbRun run = verb == std::string("import") ? log.Run({verb, log.Write("none.sum", "")})
                                                        : log.Run({verb});
      EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
      EXPECT_THAT(run.err, HasSubstr(database + ": Permission denied"));
    }
    ASSERT_EQ(::chmod(database.c_str(), 0755), 0);
  });
}

TEST(Status, HasOneWhyForAForeignAnchor) {
  const LogFolder log, other;
  std::filesystem::copy_file(other.config().log_anchor, log.config().log_anchor,
                             std::filesystem::copy_options::overwrite_existing);
  const VerbRun run = log.Run({"status"});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_EQ(run.err.find("why   "), run.err.rfind("why   ")) << run.err;
  EXPECT_THAT(run.err, HasSubstr("fix   name the anchor that belongs to this log"));
}

}  // namespace
}  // namespace sumlog::cli
