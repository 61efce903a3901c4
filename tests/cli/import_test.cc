// Goal: import logs what files say, once, and says what it did not log and why; a bad file changes
// nothing.
// Method: the program in this process on a log of the test; each promise and its nearest breach.

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

nlohmann::json RunJson(const LogFolder& log, std::vector<std::string> arguments) {
  arguments.push_back("--json");
  return nlohmann::json::parse(log.Run(std::move(arguments)).out);
}

TEST(Import, CountsWhatItAppendsAndWhatIsThere) {
  const LogFolder log;
  const std::string file = log.Write("go.sum", GoSum(0, 3));
  const VerbRun first = log.Run({"import", file});
  EXPECT_EQ(first.exit_code, kGood) << first.err;
  EXPECT_EQ(first.out, Golden("import_first.txt"));
  EXPECT_THAT(first.err, HasSubstr("taken on the word of the file"));

  const VerbRun again = log.Run({"import", file, log.Write("more.sum", GoSum(2, 5))});
  EXPECT_EQ(again.exit_code, kGood) << again.err;
  EXPECT_EQ(again.out, Golden("import_again.txt"));
}

TEST(Import, MarksTheProvenanceOfEachRecord) {
  const LogFolder log;
  const std::string file = log.Write("go.sum", GoSum(0, 1));
  ASSERT_EQ(log.Run({"import", file}).exit_code, kGood);
  const nlohmann::json json = RunJson(log, {"lookup", "example.com/m0@v1.0.0"});
  EXPECT_EQ(json["provenance"]["how"], "import");
  EXPECT_EQ(json["provenance"]["from"], file);
}

TEST(Import, TakesNoKeyThatIsNotItsOwn) {
  const LogFolder log, other;
  const std::string file = log.Write("go.sum", GoSum(0, 1));
  for (const std::string& key : {std::string("garbage"), other.key()}) {
    const VerbRun run = log.Run({"import", file, "--key", key});
    EXPECT_EQ(run.exit_code, kWrongUse) << run.err;
    EXPECT_THAT(run.err, HasSubstr("--key"));
  }
  EXPECT_EQ(RunJson(log, {"status"})["size"], 0);
  EXPECT_EQ(log.Run({"import", file, "--key", log.key()}).exit_code, kGood);
}

TEST(Import, ReadsStandardInput) {
  const LogFolder log;
  const VerbRun run =
      log.Run({"import", "-"}, {.environment = {}, .err_is_terminal = false, .in = GoSum(0, 2)});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(RunJson(log, {"status"})["size"], 2);
}

TEST(Import, ImportsNothingWhenOneFileIsMalformed) {
  const LogFolder log;
  const std::string good = log.Write("good.sum", GoSum(0, 2));
  const std::string bad = log.Write("bad.sum", GoSum(2, 3) + "example.com/x v1.0.0 h1:short\n");
  const VerbRun run = log.Run({"import", good, bad});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr(bad + ":3: "));
  EXPECT_THAT(run.err, HasSubstr("nothing of any file was imported"));
  EXPECT_EQ(RunJson(log, {"status"})["size"], 0);
}

TEST(Import, CountsIncompleteVersionsAndFailsOnThemWhenStrict) {
  const LogFolder log;
  const std::string file = log.Write("go.sum", GoSum(0, 1) + ModLine(1) + ZipLine(2));
  const VerbRun lenient = log.Run({"import", file});
  EXPECT_EQ(lenient.exit_code, kGood);
  EXPECT_THAT(lenient.out, HasSubstr("incomplete               2"));
  EXPECT_EQ(log.Run({"import", "--strict", file}).exit_code, kFoundWrong);
  EXPECT_EQ(RunJson(log, {"status"})["size"], 1);
}

TEST(Import, RefusesOtherHashesAndShowsBothWithTheEvidence) {
  const LogFolder log;
  log.Fill(0, 2);
  const std::string file = log.Write("go.sum", ZipLine(1, "moved") + ModLine(1) + GoSum(2, 3));
  const VerbRun run = log.Run({"import", file});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_THAT(run.out, HasSubstr("conflict: example.com/m1@v1.0.0, record 1\n"));
  EXPECT_THAT(run.out, HasSubstr("  log       " + MadeUpHash("zip1") + "  /go.mod " +
                                 MadeUpHash("mod1") + "\n"));
  EXPECT_THAT(run.out, HasSubstr("  file      " + MadeUpHash("zip1moved")));
  EXPECT_THAT(run.out, HasSubstr("conflicting              1"));
  EXPECT_EQ(RunJson(log, {"status"})["size"], 3);

  const nlohmann::json json = RunJson(log, {"import", file});
  EXPECT_EQ(json["conflicting"], 1);
  const nlohmann::json& conflict = json["conflicts"][0];
  EXPECT_EQ(conflict["record"], 1);
  EXPECT_EQ(conflict["file_name"], file);
  EXPECT_EQ(conflict["log"]["zip"], MadeUpHash("zip1"));
  EXPECT_EQ(conflict["file"]["zip"], MadeUpHash("zip1moved"));
  EXPECT_THAT(ReadText(conflict["evidence_file"]), HasSubstr("example.com/m1@v1.0.0"));
}

TEST(Import, LogsNeitherOfTwoHashesInOneFile) {
  const LogFolder log;
  const std::string file = log.Write("go.sum", GoSum(0, 2) + ZipLine(1, "moved"));
  const VerbRun run = log.Run({"import", file});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_THAT(run.out, HasSubstr("conflict: example.com/m1@v1.0.0, two hashes in one file"));
  EXPECT_THAT(run.out, HasSubstr(file + ":3  " + MadeUpHash("zip1") + "\n"));
  EXPECT_THAT(run.out, HasSubstr(file + ":5  " + MadeUpHash("zip1moved") + "\n"));
  const nlohmann::json json = RunJson(log, {"import", file});
  EXPECT_EQ(json["already_there"], 1);
  EXPECT_EQ(json["file_conflicts"][0]["second_line"], 5);
}

TEST(Import, FailsOnAFileThatIsNotThere) {
  const LogFolder log;
  const VerbRun run = log.Run({"import", log.Path("absent.sum")});
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr(log.Path("absent.sum")));
  EXPECT_EQ(log.Run({"import", log.dir()}).exit_code, kUnreachable);  // a folder
}

TEST(Import, FailsOnAFileThatItMayNotRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every file";
  const LogFolder log;
  const std::string file = log.Write("go.sum", GoSum(0, 1));
  ASSERT_EQ(::chmod(file.c_str(), 0), 0);
  EXPECT_EQ(log.Run({"import", file}).exit_code, kUnreachable);
}

TEST(Import, CountsLinesWithHashesOfAnotherKind) {
  const LogFolder log;
  const std::string file = log.Write("go.sum", GoSum(0, 1) + "example.com/a v1.0.0 h2:abc\n");
  const VerbRun run = log.Run({"import", file});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out, HasSubstr("skipped lines            1  not logged"));
  EXPECT_EQ(log.Run({"import", "--strict", file}).exit_code, kFoundWrong);
}

// A stream that fails where it should go on: a disk or a network file system that went away.
TEST(Import, ImportsNothingWhenStandardInputFails) {
  const LogFolder log;
  std::istringstream in(GoSum(0, 2));
  in.setstate(std::ios::badbit);
  std::ostringstream out, err;
  Context context{.out = &out, .err = &err, .environment = {}};
  context.in = &in;
  const std::string dir = log.dir();
  const std::vector<const char*> argv = {"sumlog", "import", "--dir", dir.c_str(), "-"};
  EXPECT_EQ(RunProgram(static_cast<int>(argv.size()), argv.data(), context), kUnreachable);
  EXPECT_THAT(err.str(), HasSubstr("nothing of any file was imported"));
  EXPECT_EQ(RunJson(log, {"status"})["size"], 0);
}

TEST(Import, RefusesALogThatAServerWithoutAdministrationHas) {
  const LogFolder log;
  const std::string file = log.Write("go.sum", GoSum(0, 1));
  ops::Config config = log.config();
  config.listen_admin = "off";
  const auto server = server::Server::Start(config, {}).value();
  const VerbRun run = log.Run({"import", file});
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr("another process has"));
  EXPECT_THAT(run.err, HasSubstr("fix   "));
}

// A clock that interrupts the program once, when it has begun to import.
class InterruptingClock final : public Clock {
 public:
  explicit InterruptingClock(const std::ostringstream* err) : err_(err) {}

  absl::Time Now() override {
    if (!raised_ && err_->str().find("provenance") != std::string::npos) {
      raised_ = true;
      std::raise(SIGINT);
    }
    return SystemClock()->Now();
  }

 private:
  const std::ostringstream* const err_;
  bool raised_ = false;
};

TEST(Import, StopsAtAnInterruptAndSaysHowToGoOn) {
  const LogFolder log;
  const std::string file = log.Write("go.sum", GoSum(0, 4));
  std::ostringstream out, err;
  InterruptingClock clock(&err);
  Context context{.out = &out, .err = &err, .environment = {}};
  context.clock = &clock;
  const std::string dir = log.dir();
  const char* const argv[] = {"sumlog", "import", file.c_str(), "--dir", dir.c_str()};
  EXPECT_EQ(RunProgram(5, argv, context), kUnreachable);
  EXPECT_THAT(err.str(), HasSubstr("cannot finish the import: interrupted"));
  EXPECT_THAT(err.str(), HasSubstr("fix   to go on: sumlog import --dir " + dir + " " + file));
  EXPECT_THAT(out.str(), HasSubstr("tree                     0  records"));

  const VerbRun again = log.Run({"import", file});
  EXPECT_EQ(again.exit_code, kGood) << again.err;
  EXPECT_EQ(RunJson(log, {"status"})["size"], 4);
}

TEST(Import, TakesMoreRecordsThanOneRequestHolds) {
  const LogFolder log;
  std::string text;
  const std::string hashes[] = {MadeUpHash("zip"), MadeUpHash("mod")};
  constexpr int kCount = 70'000;
  for (int i = 0; i < kCount; ++i) {
    absl::StrAppend(&text, "example.com/big v1.0.", i, " ", hashes[0], "\nexample.com/big v1.0.", i,
                    "/go.mod ", hashes[1], "\n");
  }
  const VerbRun run = log.Run({"import", log.Write("go.sum", text), "--json"});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  const nlohmann::json json = nlohmann::json::parse(run.out);
  EXPECT_EQ(json["appended"], kCount);
  EXPECT_EQ(json["tree_size"], kCount);
  EXPECT_EQ(json["finished"], true);
  EXPECT_EQ(log.Run({"lookup", "example.com/big@v1.0.69999"}).exit_code, kGood);
}

TEST(Import, IsQuietWhenAsked) {
  const LogFolder log;
  const VerbRun run = log.Run({"import", log.Write("go.sum", GoSum(0, 1)), "--quiet"});
  EXPECT_EQ(run.exit_code, kGood);
  EXPECT_EQ(run.err, "");
}

}  // namespace
}  // namespace sumlog::cli
