// Goal: a configuration without a log is refused with the name of the file that was read, and with
// the one that was not.
// Method: a log of the test beside files that name none.

#include <cstdlib>
#include <filesystem>

#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(OpenLogConfig, NamesTheFileThatHidesTheLog) {
  const LogFolder log;
  const std::string other = log.Write("other.toml", "[listen]\nhttp = \"127.0.0.1:0\"\n");
  for (const VerbRun& run :
       {log.Run({"keys", "show", "--config", other}),
        log.Run({"keys", "show"}, {.environment = {{"SUMLOG_CONFIG", other}}})}) {
    EXPECT_EQ(run.exit_code, kWrongUse);
    EXPECT_THAT(run.err, HasSubstr(other + " has no log.name"));
    EXPECT_THAT(run.err, HasSubstr(log.dir() + "/sumlog.toml is not read"));
    EXPECT_THAT(run.err, Not(HasSubstr("there is no log")));
  }
}

TEST(OpenLogConfig, NamesTheDirectorysOwnFileWhenItHasNoName) {
  const LogFolder log;
  std::filesystem::create_directory(log.Path("b"));
  log.Write("b/sumlog.toml", "");
  const VerbRun run = RunVerb({"serve", "--dir", log.Path("b")});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr(log.Path("b/sumlog.toml") + " has no log.name"));
}

TEST(OpenLogConfig, SaysThatThereIsNoLog) {
  const LogFolder log;
  const VerbRun run = RunVerb({"keys", "show", "--dir", log.Path("none")});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("there is no log in " + log.Path("none")));
  EXPECT_THAT(run.err, HasSubstr("fix   sumlog init --dir " + log.Path("none")));
}

TEST(OpenLogConfig, NamesTheLogThatHasLostItsFile) {
  const LogFolder log;
  const std::string file = log.dir() + "/sumlog.toml";
  std::filesystem::remove(file);
  for (const char* const verb : {"status", "serve", "fsck"}) {
    const VerbRun run = log.Run({verb});
    EXPECT_EQ(run.exit_code, kWrongUse);
    EXPECT_THAT(run.err, HasSubstr(file + " is missing, but key or database of sum.example.com"));
    EXPECT_THAT(run.err, Not(HasSubstr("sumlog init")));
  }
  const std::string err = log.Run({"status"}).err;
  const std::size_t begin = err.find("printf ");
  ASSERT_NE(begin, std::string::npos) << err;
  const std::string command = err.substr(begin, err.find(", and", begin) - begin);
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  EXPECT_EQ(log.Run({"status"}).exit_code, kGood);
}

TEST(OpenLogConfig, NamesTheLogThatAFileDoesNot) {
  const LogFolder log;
  log.Write("log/sumlog.toml", "[listen]\nhttp = \"127.0.0.1:0\"\n");
  const VerbRun run = log.Run({"serve"});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("/sumlog.toml has no log.name"));
  EXPECT_THAT(run.err, HasSubstr("of sum.example.com lie in"));
}

TEST(OpenLogConfig, SaysThatALogIsUnfinished) {
  const LogFolder log;
  std::filesystem::create_directory(log.Path("half"));
  log.Write("half/unfinished", "name sum.example.com\n");
  const VerbRun run = RunVerb({"keys", "show", "--dir", log.Path("half")});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("unfinished"));
  EXPECT_THAT(run.err, HasSubstr("the same sumlog init again"));
}

}  // namespace
}  // namespace sumlog::cli
