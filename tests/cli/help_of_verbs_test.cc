// Goal: the help of every verb fits a terminal of 80 columns and ends with an example.
// Method: each is asked for its help in this process, and columns are counted as a terminal does.

#include <algorithm>

#include "absl/strings/str_split.h"
#include "base/utf8.h"
#include "cli/verb_run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::cli {
namespace {

// Columns of a line on a terminal: Chinese characters take two, others one.
std::size_t ColumnsOf(absl::string_view line) {
  std::size_t columns = 0;
  while (!line.empty()) {
    const Utf8Rune rune = DecodeUtf8(line);
    const bool is_wide = (rune.code_point >= 0x2E80 && rune.code_point <= 0xA4CF) ||
                         (rune.code_point >= 0xAC00 && rune.code_point <= 0xD7A3) ||
                         (rune.code_point >= 0xF900 && rune.code_point <= 0xFAFF) ||
                         (rune.code_point >= 0xFE30 && rune.code_point <= 0xFE6F) ||
                         (rune.code_point >= 0xFF00 && rune.code_point <= 0xFF60) ||
                         (rune.code_point >= 0x20000 && rune.code_point <= 0x3FFFD);
    columns += is_wide ? 2 : 1;
    line.remove_prefix(rune.size_bytes == 0 ? 1 : rune.size_bytes);
  }
  return columns;
}

TEST(HelpOfVerbs, CountsColumnsAsATerminalDoes) {
  EXPECT_EQ(ColumnsOf("a · b"), 5u);
  EXPECT_EQ(ColumnsOf("记录 …"), 6u);
}

TEST(HelpOfVerbs, FitsATerminalAndEndsWithAnExample) {
  const std::vector<std::vector<std::string>> verbs = {
      {},
      {"quickstart"},
      {"init"},
      {"serve"},
      {"import"},
      {"add"},
      {"lookup"},
      {"prove"},
      {"prove", "inclusion"},
      {"prove", "consistency"},
      {"prove", "check"},
      {"keys"},
      {"keys", "show"},
      {"keys", "new"},
      {"client-config"},
      {"status"},
      {"fsck"},
      {"backup"},
      {"backup", "create"},
      {"backup", "verify"},
      {"backup", "restore"},
      {"mirror"},
      {"mirror", "run"},
      {"mirror", "status"},
      {"bundle"},
      {"bundle", "export"},
      {"bundle", "inspect"},
      {"bundle", "import"},
      {"freeze"},
      {"thaw"},
      {"block"},
      {"unblock"},
      {"blocks"},
      {"conflicts"},
      {"token"},
      {"token", "create"},
      {"token", "list"},
      {"token", "revoke"},
      {"version"},
  };
  for (std::vector<std::string> arguments : verbs) {
    SCOPED_TRACE(arguments.empty() ? "sumlog" : arguments.back());
    arguments.push_back("--help");
    const VerbRun run = RunVerb(arguments);
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    EXPECT_LE(std::count(run.out.begin(), run.out.end(), '\n'), 24) << run.out;
    EXPECT_THAT(run.out, ::testing::HasSubstr("example: sumlog "));
    for (const absl::string_view line : absl::StrSplit(run.out, '\n')) {
      EXPECT_LE(ColumnsOf(line), 80u) << line;
    }
  }
}

TEST(HelpOfVerbs, ListsTheNounsOfAVerbEachWithItsOwnText) {
  const std::string help = RunVerb({"backup", "--help"}).out;
  EXPECT_THAT(help, ::testing::HasSubstr("  create   make a signed copy, also while serving\n"));
  EXPECT_THAT(help, ::testing::Not(::testing::HasSubstr("create, verify")));
  EXPECT_THAT(RunVerb({"--help"}).out, ::testing::HasSubstr("  fsck, backup, export "));
}

TEST(HelpOfVerbs, WrapsProseEvenly) {
  EXPECT_THAT(RunVerb({"serve", "--help"}).out,
              ::testing::HasSubstr("SIGHUP\nre-reads the TLS files and [[client_cert]].\n"));
}

}  // namespace
}  // namespace sumlog::cli
