// Goal: the help of the verbs that make and run a log fits a terminal and ends with an example.
// Method: each is asked for its help in this process.

#include <algorithm>

#include "absl/strings/str_split.h"
#include "cli/verb_run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::cli {
namespace {

TEST(HelpOfVerbs, FitsATerminalAndEndsWithAnExample) {
  const std::vector<std::vector<std::string>> verbs = {
      {"quickstart"},   {"init"},        {"serve"},        {"keys"},
      {"keys", "show"}, {"keys", "new"}, {"client-config"}};
  for (std::vector<std::string> arguments : verbs) {
    SCOPED_TRACE(arguments.back());
    arguments.push_back("--help");
    const VerbRun run = RunVerb(arguments);
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    EXPECT_LE(std::count(run.out.begin(), run.out.end(), '\n'), 24) << run.out;
    EXPECT_THAT(run.out, ::testing::HasSubstr("example: sumlog " + arguments.front()));
    for (const absl::string_view line : absl::StrSplit(run.out, '\n')) {
      EXPECT_LE(line.size(), 100u) << line;
    }
  }
}

}  // namespace
}  // namespace sumlog::cli
