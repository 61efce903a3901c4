// Goal: an import through a server ends with the same log, counts and exit codes as one into the
// directory, and what the server refuses is listed.
// Method: a server in this process over a log that holds some of the records; files with new, held,
// changed and half records; a token for some of the modules; a log that is frozen.

#include <string>

#include "absl/strings/str_cat.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sumlog::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Json = nlohmann::json;

constexpr char kOtherKey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

class ImportServer : public ::testing::Test {
 protected:
  ImportServer() {
    log_.Fill(0, 3);
    server_ = log_.Serve();
  }

  VerbRun Import(const std::string& file, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {
        "import", file,       "--server",       server_->admin_address(),
        "--key",  log_.key(), "--evidence-dir", log_.Path("evidence")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunVerb(arguments);
  }

  std::uint64_t TreeSize() {
    return server_->origin_log()->reader().Newest()->signed_head.head.size;
  }

  LogFolder log_;
  std::unique_ptr<server::Server> server_;
};

TEST_F(ImportServer, AddsWhatIsNewAndCountsTheRest) {
  const std::string file = log_.Write("go.sum", GoSum(1, 6) + ZipLine(90));
  const VerbRun run = Import(file);
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out,
            "appended                 3\n"
            "already there            2\n"
            "incomplete               1  not logged: one line of the two\n"
            "conflicting              0\n"
            "tree                     6  records\n");
  EXPECT_EQ(TreeSize(), 6u);
  EXPECT_EQ(Import(file, {"--strict"}).exit_code, kFoundWrong);
  const Json again = Json::parse(Import(file, {"--json"}).out);
  EXPECT_EQ(again["already_there"], 5);
  EXPECT_EQ(again["finished"], true);
  EXPECT_EQ(log_.Run({"lookup", "example.com/m5@v1.0.0"}).exit_code, kGood);
}

TEST_F(ImportServer, StreamsMoreThanManyMessagesHoldInOrder) {
  std::string text;
  constexpr int kCount = 20'000;  // 20 messages; 16 may be under way
  for (int i = 0; i < kCount; ++i) absl::StrAppend(&text, ZipLine(1000 + i), ModLine(1000 + i));
  const VerbRun run = Import(log_.Write("go.sum", text), {"--json"});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(Json::parse(run.out)["appended"], kCount);
  EXPECT_EQ(TreeSize(), 3u + kCount);
  const VerbRun last =
      log_.Run({"lookup", absl::StrCat("example.com/m", 999 + kCount, "@v1.0.0"), "--json"});
  EXPECT_EQ(Json::parse(last.out)["record"], 2 + kCount);
}

TEST_F(ImportServer, ListsBothHashesOfAConflict) {
  const std::string file = log_.Write("go.sum", ZipLine(1, "!") + ModLine(1, "!") + GoSum(4, 5) +
                                                    ZipLine(7) + ModLine(7) + ZipLine(7, "!"));
  const VerbRun run = Import(file);
  EXPECT_EQ(run.exit_code, kFoundWrong) << run.err;
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("conflict: example.com/m1@v1.0.0, record 1\n"),
                    HasSubstr(absl::StrCat("  log       ", MadeUpHash("zip1"))),
                    HasSubstr(absl::StrCat("  file      ", MadeUpHash("zip1!"))),
                    HasSubstr("two hashes in one file"), HasSubstr("appended                 1\n"),
                    HasSubstr("conflicting              2  not logged\n")));
  const Json json = Json::parse(Import(file, {"--json"}).out);
  const std::string id = json["conflicts"][0]["evidence_file"];
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(log_.Run({"conflicts", id}).exit_code, kGood);
}

TEST_F(ImportServer, GoesThroughTheSocketOfTheServerOnItsDirectory) {
  const VerbRun run = log_.Run({"import", log_.Write("go.sum", GoSum(3, 5))});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out, HasSubstr("appended                 2\n"));
  EXPECT_THAT(run.err, Not(HasSubstr("not verified")));
  EXPECT_EQ(TreeSize(), 5u);
}

TEST_F(ImportServer, SaysWhenAnswersAreNotVerified) {
  const VerbRun run =
      RunVerb({"import", log_.Write("go.sum", GoSum(3, 4)), "--server", server_->admin_address()});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.err, HasSubstr("the answers are not verified: --key KEY"));
}

TEST_F(ImportServer, StopsAtAHeadByAnotherKey) {
  const VerbRun run =
      RunVerb({"import", log_.Write("go.sum", GoSum(3, 4)), "--server", server_->admin_address(),
               "--key", kOtherKey, "--evidence-dir", log_.Path("evidence")});
  EXPECT_EQ(run.exit_code, kTampering);
  EXPECT_THAT(run.err, AllOf(HasSubstr("not signed by sum.golang.org+033de0ae"),
                             HasSubstr("what came is kept in ")));
}

TEST_F(ImportServer, StopsAtAFrozenLog) {
  ASSERT_EQ(log_.Run({"freeze", "--reason", "key ceremony"}).exit_code, kGood);
  const VerbRun run = Import(log_.Write("go.sum", GoSum(3, 5)));
  EXPECT_EQ(run.exit_code, kFoundWrong) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("the log takes no records"), HasSubstr("key ceremony"),
                             HasSubstr("fix   to go on: sumlog import --server unix:")));
  EXPECT_EQ(TreeSize(), 3u);
}

TEST_F(ImportServer, SaysTheWholeCommandThatGoesOn) {
  ASSERT_EQ(log_.Run({"freeze", "--reason", "key ceremony"}).exit_code, kGood);
  const std::string file = log_.Write("go sum's", GoSum(3, 5));
  const VerbRun run = Import(file, {"--timeout", "30s", "--strict"});
  EXPECT_THAT(run.err, HasSubstr(absl::StrCat("to go on: sumlog import --server ",
                                              server_->admin_address(), " --timeout 30s --key ",
                                              log_.key(), " --evidence-dir ", log_.Path("evidence"),
                                              " --strict '", log_.Path("go sum"), "'\\''s'\n")));
}

TEST_F(ImportServer, ImportsNothingOfFilesOfWhichOneIsBroken) {
  const std::string good = log_.Write("good.sum", GoSum(3, 5));
  const std::string broken = log_.Write("broken.sum", "example.com/m v1.0.0\n");
  const VerbRun run = Import(good, {broken});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("nothing of any file was imported"));
  EXPECT_EQ(TreeSize(), 3u);
}

TEST_F(ImportServer, SaysWhenNobodyServes) {
  const std::string address = server_->admin_address();
  server_.reset();
  const std::string file = log_.Write("go.sum", GoSum(3, 4));
  EXPECT_EQ(RunVerb({"import", file, "--server", address}).exit_code, kUnreachable);
  EXPECT_EQ(RunVerb({"import", file, "--server", "https://sum.example.com"}).exit_code, kWrongUse);
}

}  // namespace
}  // namespace sumlog::cli
