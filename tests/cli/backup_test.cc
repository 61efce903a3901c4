// Goal: backup create and backup verify do what they say, by a server and without one, and fail
// with the documented exit codes. Method: real directories and a server in this process, asked over
// its socket.

#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sumlog::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Json = nlohmann::json;
namespace fs = std::filesystem;

class BackupVerbs : public ::testing::Test {
 protected:
  BackupVerbs() { log_.Fill(0, 300); }

  std::string PathOf(const std::string& label) const { return log_.dir() + "/backup/" + label; }

  LogFolder log_;
};

TEST_F(BackupVerbs, CreateAndVerifyWithoutAServer) {
  const VerbRun made = log_.Run({"backup", "create", "a"});
  EXPECT_EQ(made.exit_code, kGood) << made.err;
  EXPECT_THAT(made.out, HasSubstr(absl::StrCat("made: ", PathOf("a"), ", tree 300, ")));
  EXPECT_THAT(made.err, HasSubstr("not in it: the private key"));
  const VerbRun checked = log_.Run({"backup", "verify", PathOf("a")});
  EXPECT_EQ(checked.exit_code, kGood) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr(absl::StrCat("good: ", PathOf("a"), ", tree 300, made ")));
  // Where there is no directory, the key is enough.
  EXPECT_EQ(RunVerb({"backup", "verify", PathOf("a"), "--key", log_.key()}).exit_code, kGood);
  EXPECT_EQ(RunVerb({"backup", "verify", PathOf("a")}).exit_code, kWrongUse);
}

TEST_F(BackupVerbs, CreateByTheServerThatHasTheDirectory) {
  const auto server = log_.Serve();
  const VerbRun made = log_.Run({"backup", "create", "a", "--json"});
  ASSERT_EQ(made.exit_code, kGood) << made.err;
  const Json json = Json::parse(made.out);
  EXPECT_EQ(json["label"], "a");
  EXPECT_EQ(json["path"], PathOf("a"));
  EXPECT_EQ(json["head"]["size"], 300);
  EXPECT_GT(json["size_bytes"], 1000);
  const VerbRun checked = log_.Run({"backup", "verify", PathOf("a"), "--json"});
  EXPECT_EQ(checked.exit_code, kGood) << checked.err;
  EXPECT_EQ(Json::parse(checked.out)["good"], true);

  const VerbRun by_name =
      RunVerb({"backup", "create", "b", "--server", server->admin_address(), "--json"});
  EXPECT_EQ(by_name.exit_code, kGood) << by_name.err;
  EXPECT_EQ(Json::parse(by_name.out)["path"], nullptr);
  EXPECT_TRUE(fs::exists(PathOf("b")));
  EXPECT_THAT(ReadText(log_.dir() + "/journal/admin.jsonl"),
              AllOf(HasSubstr("\"call\":\"CreateBackup\""), HasSubstr("\"label\":\"b\"")));
}

TEST_F(BackupVerbs, CreateRefusesATakenLabelAndABadOne) {
  ASSERT_EQ(log_.Run({"backup", "create", "a"}).exit_code, kGood);
  for (const bool served : {false, true}) {
    const auto server = served ? log_.Serve() : nullptr;
    EXPECT_EQ(log_.Run({"backup", "create", "a"}).exit_code, kWrongUse) << served;
    for (const char* bad : {"../a", "a/b", ".", "a.sumlog-partial", "\x1b[2J"}) {
      const VerbRun run = log_.Run({"backup", "create", bad});
      EXPECT_EQ(run.exit_code, kWrongUse) << bad;
      EXPECT_EQ(run.out, "");
    }
  }
  EXPECT_EQ(RunVerb({"backup", "create", "a"}).exit_code, kWrongUse);
}

TEST_F(BackupVerbs, CreateIsRefusedWhereServeIs) {
  log_.FallBehind(310, 320);
  const VerbRun run = log_.Run({"backup", "create", "a"});
  EXPECT_NE(run.exit_code, kGood);
  EXPECT_THAT(run.err, HasSubstr("older than a head that this log has already shown"));
  EXPECT_FALSE(fs::exists(PathOf("a")));
}

TEST_F(BackupVerbs, VerifyNamesWhatIsBroken) {
  ASSERT_EQ(log_.Run({"backup", "create", "a"}).exit_code, kGood);
  fs::remove(PathOf("a") + "/db/CURRENT");
  std::ofstream(PathOf("a") + "/db/more") << "x";
  const VerbRun run = log_.Run({"backup", "verify", PathOf("a")});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("db/CURRENT: is missing\n"),
                    HasSubstr("db/more: is not in the manifest\n"), HasSubstr("damaged:")));
  const Json json = Json::parse(log_.Run({"backup", "verify", PathOf("a"), "--json"}).out);
  EXPECT_EQ(json["good"], false);
  EXPECT_EQ(json["problem_count"], 2);
  EXPECT_EQ(json["log_checked"], false);
}

TEST_F(BackupVerbs, VerifyTellsAnotherLogsBackupAndAMissingOne) {
  ASSERT_EQ(log_.Run({"backup", "create", "a"}).exit_code, kGood);
  const LogFolder other;
  const VerbRun run = other.Run({"backup", "verify", PathOf("a")});
  EXPECT_EQ(run.exit_code, kTampering);
  EXPECT_THAT(run.err, HasSubstr("not signed by"));
  EXPECT_EQ(log_.Run({"backup", "verify", PathOf("none")}).exit_code, kUnreachable);
  EXPECT_EQ(log_.Run({"backup", "verify"}).exit_code, kWrongUse);
  EXPECT_EQ(log_.Run({"backup"}).exit_code, kWrongUse);
}

}  // namespace
}  // namespace sumlog::cli
