// Goal: a wrong command line is exit 2 and names the nearest right one; help fits a screen.
// Method: the program in this process, on strings; the process form in a child.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_split.h"
#include "cli/log_folder.h"
#include "cli/process.h"
#include "cli/verb_run.h"
#include "cli/version.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Arguments = std::vector<std::string>;

TEST(Program, NamesTheNearestVerb) {
  const VerbRun run = RunVerb({"imprt", "go.sum"});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_EQ(run.err,
            "error: cannot run sumlog: unknown verb imprt; did you mean import?\n"
            "fix   sumlog --help\n");
  EXPECT_EQ(run.out, "");
}

TEST(Program, NamesTheNearestFlag) {
  const VerbRun run = RunVerb({"lookup", "a.com/b@v1.0.0", "--sever=x"});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("unknown flag --sever; did you mean --server?"));
  EXPECT_THAT(run.err, HasSubstr("fix   sumlog lookup --help"));
}

TEST(Program, NamesTheNearestGlobalFlagOfANoun) {
  const VerbRun run = RunVerb({"prove", "inclusion", "--jsom", "--record", "1"});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("unknown flag --jsom; did you mean --json?"));
}

TEST(Program, NamesTheNearestNoun) {
  const VerbRun run = RunVerb({"prove", "inclusio"});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("did you mean inclusion?"));
}

TEST(Program, WantsAVerbAndANoun) {
  EXPECT_EQ(RunVerb({}).exit_code, kWrongUse);
  EXPECT_THAT(RunVerb({}).err, HasSubstr("no verb is given"));
  EXPECT_EQ(RunVerb({"prove"}).exit_code, kWrongUse);
}

TEST(Program, MapsTheParsersOwnErrorsToWrongUse) {
  EXPECT_EQ(RunVerb({"lookup"}).exit_code, kWrongUse);                            // missing
  EXPECT_EQ(RunVerb({"lookup", "a.com/b@v1.0.0", "more"}).exit_code, kWrongUse);  // too many
  EXPECT_EQ(RunVerb({"prove", "inclusion", "--record", "-1"}).exit_code, kWrongUse);
  EXPECT_EQ(RunVerb({"prove", "inclusion", "--record", "x"}).exit_code, kWrongUse);
  EXPECT_EQ(RunVerb({"status", "--dir"}).exit_code, kWrongUse);  // no value
}

TEST(Program, NamesAFlagThatIsGivenTwice) {
  const VerbRun run = RunVerb({"lookup", "a.com/b@v1.0.0", "--url", "x", "--url", "y"});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("--server (or --url) is given 2 times, want once\n"));
  const VerbRun mixed = RunVerb({"status", "--url", "x", "--server", "y"});
  EXPECT_THAT(mixed.err, HasSubstr("--server (or --url) is given 2 times, want once\n"));
  const VerbRun global = RunVerb({"status", "--dir", "x", "--dir", "y"});
  EXPECT_EQ(global.exit_code, kWrongUse);
  EXPECT_THAT(global.err, HasSubstr("--dir is given 2 times, want once\n"));
  const VerbRun number = RunVerb({"prove", "inclusion", "--record", "1", "--record", "2"});
  EXPECT_EQ(number.exit_code, kWrongUse);
  EXPECT_THAT(number.err, HasSubstr("--record (or --number) is given 2 times, want once\n"));
}

TEST(Program, NamesAFlagWithoutItsValue) {
  for (const char* const next : {"--dir", "x", "--json"}) {
    const VerbRun run = RunVerb({"prove", "inclusion", "--record=", next});
    EXPECT_EQ(run.exit_code, kWrongUse);
    EXPECT_THAT(run.err, HasSubstr("--record= has no value\n")) << next;
  }
  EXPECT_EQ(RunVerb({"status", "--server=", "--json"}).exit_code, kWrongUse);
  const VerbRun last = RunVerb({"status", "--server"});
  EXPECT_EQ(last.exit_code, kWrongUse);
  EXPECT_THAT(last.err, HasSubstr("--server"));
  const VerbRun flag = RunVerb({"prove", "inclusion", "--record", "--dir", "x"});
  EXPECT_EQ(flag.exit_code, kWrongUse);
  EXPECT_THAT(flag.err, HasSubstr("--record"));
}

TEST(Program, TakesDecimalNumbersOnly) {
  for (const char* const number : {"010", "0x10", "-1", "-18446744073709551615", "+1", "1e3", "1.0",
                                   " 1", "1 ", "1'000", "1_000", "18446744073709551616", "o7"}) {
    for (const Arguments& flag :
         {Arguments{"inclusion", "--record="}, Arguments{"inclusion", "--size="},
          Arguments{"consistency", "--from="}, Arguments{"consistency", "--to="}}) {
      const VerbRun run = RunVerb({"prove", flag[0], absl::StrCat(flag[1], number)});
      EXPECT_EQ(run.exit_code, kWrongUse) << number;
      EXPECT_THAT(run.err, HasSubstr(absl::StrCat("\"", number, "\" is no number"))) << run.err;
      EXPECT_THAT(run.err, HasSubstr(flag[1].substr(0, flag[1].size() - 1)));
    }
  }
}

TEST(Program, EscapesWhatItRepeats) {
  const VerbRun run = RunVerb({"\x1b[2Jx"});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, Not(HasSubstr("\x1b")));
}

TEST(Program, ListsVerbsAndExitCodesInItsHelp) {
  const VerbRun run = RunVerb({"--help"});
  EXPECT_EQ(run.exit_code, kGood);
  EXPECT_EQ(run.out, Golden("help.txt"));
  EXPECT_EQ(RunVerb({"-h"}).out, run.out);
}

TEST(Program, FitsEveryHelpOnAScreenWithAnExampleAtTheEnd) {
  const std::vector<std::vector<std::string>> commands = {{},
                                                          {"quickstart"},
                                                          {"init"},
                                                          {"serve"},
                                                          {"import"},
                                                          {"lookup"},
                                                          {"keys"},
                                                          {"status"},
                                                          {"client-config"},
                                                          {"fsck"},
                                                          {"prove"},
                                                          {"version"},
                                                          {"prove", "inclusion"},
                                                          {"prove", "consistency"}};
  for (std::vector<std::string> command : commands) {
    command.push_back("--help");
    const VerbRun run = RunVerb(command);
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    EXPECT_LE(std::count(run.out.begin(), run.out.end(), '\n'), 24) << run.out;
    const std::vector<std::string> lines = absl::StrSplit(run.out, '\n', absl::SkipEmpty());
    ASSERT_FALSE(lines.empty());
    EXPECT_THAT(lines.back(), StartsWith("example: sumlog ")) << run.out;
  }
}

TEST(Program, PrintsItsVersion) {
  EXPECT_EQ(RunVerb({"--version"}).out, absl::StrCat("sumlog ", Version(), "\n"));
  const VerbRun text = RunVerb({"version"});
  EXPECT_EQ(text.exit_code, kGood);
  EXPECT_THAT(text.out, StartsWith(absl::StrCat("sumlog ", Version())));
  EXPECT_THAT(text.out, HasSubstr("  RocksDB 7."));
  const auto json = nlohmann::json::parse(RunVerb({"version", "--json"}).out);
  EXPECT_EQ(json["version"], std::string(Version()));
  EXPECT_THAT(json["libraries"]["OpenSSL"].get<std::string>(), StartsWith("3."));
}

TEST(Program, TakesTheDirectoryFromTheEnvironment) {
  const LogFolder log;
  const VerbRun run = RunVerb({"status"}, {.environment = {{"SUMLOG_DIR", log.dir()}}, .in = {}});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out, HasSubstr(log.dir()));
}

TEST(Program, TakesAFileNamedLikeAVerbForAFile) {
  const LogFolder log;
  const VerbRun run = log.Run({"import", "status"});
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr("status: No such file"));
}

TEST(Program, SaysWhatIsWrongWithTheDirectory) {
  EXPECT_EQ(RunVerb({"fsck"}).exit_code, kWrongUse);
  EXPECT_THAT(RunVerb({"fsck"}).err, HasSubstr("SUMLOG_DIR"));
  const testing::TempFolder empty;
  const VerbRun run = RunVerb({"fsck", "--dir", empty.path()});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("fix   sumlog init --dir"));
  const VerbRun config = RunVerb({"fsck", "--dir", empty.path(), "--config", "/does/not/exist"});
  EXPECT_EQ(config.exit_code, kWrongUse);
}

// What RunProcess returns for `sumlog version` in a child whose standard output is `fd`.
int ExitCodeWithOutput(int fd) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (fd < 0) ::close(STDOUT_FILENO);
    if (fd >= 0) ::dup2(fd, STDOUT_FILENO);
    const char* const argv[] = {"sumlog", "version"};
    ::_exit(RunProcess(2, argv));
  }
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Process, FailsWhenItsOutputGoesNowhere) {
  EXPECT_EQ(ExitCodeWithOutput(-1), kUnreachable);  // closed

  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);  // nobody reads
  EXPECT_EQ(ExitCodeWithOutput(ends[1]), kUnreachable);
  ::close(ends[1]);

  const int full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  EXPECT_EQ(ExitCodeWithOutput(full), kUnreachable);
  ::close(full);
}

TEST(Process, IsGoodWhenItsOutputArrives) {
  const int null = ::open("/dev/null", O_WRONLY);
  ASSERT_GE(null, 0);
  EXPECT_EQ(ExitCodeWithOutput(null), kGood);
  ::close(null);
}

}  // namespace
}  // namespace sumlog::cli
