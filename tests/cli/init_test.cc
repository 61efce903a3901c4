// Goal: init makes a log that the other verbs take, asks only people and only for what is missing,
// and never overwrites.
// Method: the program in this process, in folders of the test.

#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/verb_run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/config.h"
#include "sumlog/tlog/note.h"
#include "support/temp_folder.h"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class InitTest : public ::testing::Test {
 protected:
  std::string dir() const { return folder_.path() + "/log"; }

  VerbRun Init(std::vector<std::string> more, VerbSurroundings surroundings = {}) const {
    std::vector<std::string> arguments = {"init", "--dir", dir()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunVerb(arguments, std::move(surroundings));
  }

  ops::Config Load() const {
    return *ops::LoadConfig({.dir = dir(), .file = "", .environment = {}, .flags = {}});
  }

  testing::TempFolder folder_;
};

TEST_F(InitTest, PrintsTheVerifierKeyAloneOnStdout) {
  const VerbRun run = Init({"--name", "sum.example.com"});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  ASSERT_TRUE(absl::EndsWith(run.out, "\n"));
  const auto key = tlog::VerifierKey::Parse(run.out.substr(0, run.out.size() - 1));
  ASSERT_TRUE(key.ok()) << key.status() << run.out;
  EXPECT_EQ(key->name(), "sum.example.com");
  EXPECT_EQ(RunVerb({"keys", "show", "--dir", dir()}).out, run.out);
}

TEST_F(InitTest, WritesWhatItsFlagsSay) {
  const std::string anchor = folder_.path() + "/anchor";
  const VerbRun run =
      Init({"--name", "sum.example.com", "--contact", "team@example.com", "--anchor", anchor,
            "--listen", "127.0.0.1:9", "--url", "https://sum.example.com"});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  const ops::Config config = Load();
  EXPECT_EQ(config.log_contact, "team@example.com");
  EXPECT_EQ(config.log_anchor, anchor);
  EXPECT_EQ(config.listen_http, "127.0.0.1:9");
  EXPECT_EQ(config.listen_url, "https://sum.example.com");
  EXPECT_TRUE(std::filesystem::exists(anchor));
}

TEST_F(InitTest, WarnsThatAnchorAndDatabaseShareADisk) {
  const VerbRun run = Init({"--name", "sum.example.com"});
  EXPECT_THAT(run.err, HasSubstr("warning: anchor and database are on one disk"));
}

TEST_F(InitTest, NeverPrintsThePrivateKey) {
  const VerbRun run = Init({"--name", "sum.example.com"});
  EXPECT_THAT(run.out + run.err, Not(HasSubstr("PRIVATE+KEY")));
}

TEST_F(InitTest, PrintsJson) {
  const VerbRun run = Init({"--name", "sum.example.com", "--json"});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_EQ(json["name"], "sum.example.com");
  EXPECT_EQ(json["dir"], dir());
  EXPECT_TRUE(tlog::VerifierKey::Parse(std::string(json["verifier_key"])).ok());
  EXPECT_EQ(run.err, "");
}

TEST_F(InitTest, RefusesToOverwrite) {
  const std::string key = Init({"--name", "sum.example.com"}).out;
  const VerbRun again = Init({"--name", "other.example.com"});
  EXPECT_EQ(again.exit_code, kWrongUse);
  EXPECT_EQ(again.out, "");
  EXPECT_THAT(again.err, HasSubstr("error: cannot make a log:"));
  EXPECT_EQ(RunVerb({"keys", "show", "--dir", dir()}).out, key);
}

TEST_F(InitTest, NamesTheMissingFlagWhenNobodyCanBeAsked) {
  const VerbRun run = Init({}, {.environment = {}, .err_is_terminal = false, .in = "a\nb\n"});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("fix   give --name NAME"));
  EXPECT_FALSE(std::filesystem::exists(dir()));

  const VerbRun no_dir = RunVerb({"init", "--name", "sum.example.com"});
  EXPECT_EQ(no_dir.exit_code, kWrongUse);
  EXPECT_THAT(no_dir.err, HasSubstr("--dir"));
}

TEST_F(InitTest, AsksOnATerminalForWhatIsMissing) {
  const VerbRun run = Init(
      {},
      {.environment = {}, .err_is_terminal = true, .in = " sum.example.com \nteam@example.com\n"});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.err, HasSubstr("What is the log's name?"));
  EXPECT_EQ(Load().log_name, "sum.example.com");
  EXPECT_EQ(Load().log_contact, "team@example.com");
}

TEST_F(InitTest, AsksNothingWhenTheNameIsGiven) {
  const VerbRun run = Init({"--name", "sum.example.com"},
                           {.environment = {}, .err_is_terminal = true, .in = "unread\n"});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.err, Not(HasSubstr("?")));
  EXPECT_EQ(Load().log_contact, "");
}

TEST_F(InitTest, GivesUpWhenTheTerminalSaysNothing) {
  const VerbRun run = Init({}, {.environment = {}, .err_is_terminal = true, .in = ""});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("--name"));
}

TEST_F(InitTest, RefusesValuesThatServeWouldRefuse) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--name", "Sum.Example.com"},       {"--name", "sum.example.com:8080"},
      {"--name", "a", "--listen", "8080"}, {"--name", "a", "--contact", "two\nlines"},
      {"--name", "a", "--port", "1"},
  };
  for (const std::vector<std::string>& flags : wrong) {
    const VerbRun run = Init(flags);
    EXPECT_EQ(run.exit_code, kWrongUse) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_FALSE(std::filesystem::exists(dir()));
  }
}

TEST_F(InitTest, TakesTheDirectoryFromTheEnvironment) {
  const VerbRun run =
      RunVerb({"init", "--name", "localhost"},
              {.environment = {{"SUMLOG_DIR", dir()}}, .err_is_terminal = false, .in = ""});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(Load().log_name, "localhost");
}

TEST_F(InitTest, JudgesTheEnvironmentBeforeItMakesAnything) {
  const VerbRun run = Init({"--name", "sum.example.com"}, {.environment = {{"SUMLOG_FOO", "1"}}});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("SUMLOG_FOO"));
  EXPECT_FALSE(std::filesystem::exists(dir()));
}

TEST_F(InitTest, MakesAndPrintsTheAnchorThatTheEnvironmentNames) {
  const std::string anchor = folder_.path() + "/anchor";
  const VerbRun run =
      Init({"--name", "sum.example.com"}, {.environment = {{"SUMLOG_LOG_ANCHOR", anchor}}});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.err, HasSubstr("anchor  " + anchor));
  EXPECT_TRUE(std::filesystem::exists(anchor));
  EXPECT_EQ(Load().log_anchor, anchor);
}

TEST_F(InitTest, WarnsOfAVariableThatWillWinOverItsFlag) {
  const VerbRun run = Init({"--name", "sum.example.com", "--url", "https://a.example.com"},
                           {.environment = {{"SUMLOG_LISTEN_URL", "https://b.example.com"}}});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.err, HasSubstr("warning: SUMLOG_LISTEN_URL=https://b.example.com wins"));
}

TEST_F(InitTest, WritesTheFileThatConfigNames) {
  const std::string file = folder_.path() + "/etc/new.toml";
  const VerbRun run = Init({"--name", "sum.example.com", "--config", file});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.err, HasSubstr("config  " + file));
  EXPECT_THAT(run.err, HasSubstr("sumlog serve --dir " + dir() + " --config " + file));
  EXPECT_FALSE(std::filesystem::exists(dir() + "/sumlog.toml"));
  EXPECT_EQ(RunVerb({"keys", "show", "--dir", dir(), "--config", file}).out, run.out);
}

TEST_F(InitTest, TakesARelativeAnchorFromTheWorkingDirectory) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  const VerbRun run = Init({"--name", "sum.example.com", "--anchor", "./my.anchor"});
  std::filesystem::current_path(before);
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_TRUE(std::filesystem::exists(folder_.path() + "/my.anchor"));
  EXPECT_EQ(RunVerb({"status", "--dir", dir()}).exit_code, kGood);
}

}  // namespace
}  // namespace sumlog::cli
