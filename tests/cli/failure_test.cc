// Goal: every error has one shape, the documented exit code, and nothing in it that could drive a
// terminal.
// Method: made-up statuses, printed into strings.

#include <sstream>

#include "base/damage.h"
#include "cli/printable.h"
#include "cli/verb.h"
#include "gtest/gtest.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

class FailTest : public ::testing::Test {
 protected:
  std::ostringstream out_, err_;
  Context context_{.out = &out_, .err = &err_, .environment = {}};
};

TEST_F(FailTest, PrintsWhatWhyAndFix) {
  Fail(context_, "serve",
       absl::FailedPreconditionError("the log is busy\nsince noon\nwhy: one writer\nfix: wait"));
  EXPECT_EQ(err_.str(),
            "error: cannot serve: the log is busy\n"
            "      since noon\n"
            "why   one writer\n"
            "fix   wait\n");
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(context_.exit_code, kUnreachable);
}

TEST_F(FailTest, SaysTheWayOutOfDamagedData) {
  Fail(context_, "serve", DamagedData("block 7 is torn"));
  EXPECT_EQ(err_.str(),
            "error: cannot serve: block 7 is torn\n"
            "why   the data on disk is damaged\n"
            "fix   keep the data as it is, run sumlog fsck, restore from a backup\n");
  EXPECT_EQ(context_.exit_code, kUnreachable);
  err_.str("");
  Fail(context_, "check", WithFix(DamagedData("x\nwhy: y"), "z"));
  EXPECT_EQ(err_.str(), "error: cannot check: x\nwhy   y\nfix   z\n");
}

TEST_F(FailTest, SaysWhyBeforeTheFixOfWhoeverFoundTheDamage) {
  Fail(context_, "restore", DamagedData("file x is cut\nin the middle\nfix: another backup"));
  EXPECT_EQ(err_.str(),
            "error: cannot restore: file x is cut\n      in the middle\n"
            "why   the data on disk is damaged\nfix   another backup\n");
}

TEST(ShellWord, QuotesWhatTheShellWouldTakeApart) {
  EXPECT_EQ(ShellWord("/var/lib/go.sum"), "/var/lib/go.sum");
  EXPECT_EQ(ShellWord("sum.example.com+c89c7779+AZ/8="), "sum.example.com+c89c7779+AZ/8=");
  EXPECT_EQ(ShellWord(""), "''");
  EXPECT_EQ(ShellWord("a b"), "'a b'");
  EXPECT_EQ(ShellWord("it's; rm -r $HOME"), "'it'\\''s; rm -r $HOME'");
  EXPECT_EQ(ShellWord("~/x"), "'~/x'");
}

TEST_F(FailTest, EscapesWhatCouldDriveATerminal) {
  Fail(context_, "look up a\x1b[2J",
       absl::NotFoundError("bell \a, \xff, turned \u202e text, 汉字"));
  EXPECT_EQ(
      err_.str(),
      "error: cannot look up a\\x1b[2J: bell \\x07, \\xff, turned \\xe2\\x80\\xae text, 汉字\n");
}

TEST_F(FailTest, QuotesTheServerAboveItsOwnAdvice) {
  Fail(context_, "ask",
       client::WithServerText(absl::UnavailableError("GET /x: status 500\ndetail\nwhy: w\nfix: f"),
                              "down\nfix: evil\n\x1b[2J"));
  EXPECT_EQ(err_.str(),
            "error: cannot ask: GET /x: status 500\n"
            "      detail\n"
            "      the server says:\n"
            "      | down\n"
            "      | fix: evil\n"
            "      | \\x1b[2J\n"
            "why   w\n"
            "fix   f\n");
  err_.str("");
  Fail(context_, "ask", client::WithServerText(absl::UnavailableError("x"), "down"));
  EXPECT_EQ(err_.str(), "error: cannot ask: x\n      the server says:\n      | down\n");
}

TEST_F(FailTest, MasksPasswords) {
  Fail(context_, "ask https://u:secret@host",
       absl::UnavailableError("https://u:secret@host/m@v1\nfix: ask https://u:secret@host"));
  EXPECT_EQ(err_.str(),
            "error: cannot ask https://***@host: https://***@host/m@v1\n"
            "fix   ask https://***@host\n");
}

TEST_F(FailTest, UsesColourOnATerminalOnly) {
  Fail(context_, "serve", absl::InternalError("x"));
  EXPECT_EQ(err_.str().find('\x1b'), std::string::npos);
  context_.err_is_terminal = true;
  Fail(context_, "serve", absl::InternalError("x"));
  EXPECT_NE(err_.str().find('\x1b'), std::string::npos);
  err_.str("");
  context_.no_color = true;
  Fail(context_, "serve", absl::InternalError("x"));
  EXPECT_EQ(err_.str().find('\x1b'), std::string::npos);
}

TEST_F(FailTest, TakesTheExitCodeThatAVerbKnowsBetter) {
  Fail(context_, "check", absl::DataLossError("x"), kFoundWrong);
  EXPECT_EQ(context_.exit_code, kFoundWrong);
}

TEST(WithFix, AddsOneWhereThereIsNone) {
  EXPECT_EQ(WithFix(absl::NotFoundError("x"), "y"), absl::NotFoundError("x\nfix: y"));
  EXPECT_EQ(WithFix(absl::NotFoundError("x\nfix: z"), "y"), absl::NotFoundError("x\nfix: z"));
  EXPECT_TRUE(WithFix(absl::OkStatus(), "y").ok());
  // A server cannot take the place of our own advice.
  const absl::Status said = client::WithServerText(absl::NotFoundError("x"), "a\nfix: evil");
  EXPECT_EQ(WithFix(said, "y").message(), "x\nfix: y");
  EXPECT_EQ(client::ServerTextOf(WithFix(said, "y")), "a\nfix: evil");
}

TEST(ExitCodeFor, FollowsTheDocumentedTable) {
  EXPECT_EQ(ExitCodeFor(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeFor(absl::NotFoundError("")), 1);
  EXPECT_EQ(ExitCodeFor(absl::InvalidArgumentError("")), 2);
  EXPECT_EQ(ExitCodeFor(absl::OutOfRangeError("")), 2);
  EXPECT_EQ(ExitCodeFor(absl::AlreadyExistsError("")), 2);
  EXPECT_EQ(ExitCodeFor(absl::UnavailableError("")), 3);
  EXPECT_EQ(ExitCodeFor(absl::FailedPreconditionError("")), 3);
  EXPECT_EQ(ExitCodeFor(absl::ResourceExhaustedError("")), 3);
  EXPECT_EQ(ExitCodeFor(absl::PermissionDeniedError("")), 3);
  EXPECT_EQ(ExitCodeFor(absl::DataLossError("")), 4);
  EXPECT_EQ(ExitCodeFor(absl::UnauthenticatedError("")), 4);
}

TEST(Printable, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(Printable("example.com/m@v1.0.0 ✓ 原因"), "example.com/m@v1.0.0 ✓ 原因");
  EXPECT_EQ(Printable(""), "");
  EXPECT_EQ(Printable("a\nb\tc\x7f"), "a\\x0ab\\x09c\\x7f");
  EXPECT_EQ(Printable("\u0085"), "\\xc2\\x85");
  EXPECT_EQ(Printable("a\u200b\ufeff\U000e0041"),
            "a\\xe2\\x80\\x8b\\xef\\xbb\\xbf\\xf3\\xa0\\x81\\x81");
}

TEST(FormatCount, GroupsByThousands) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(71'769'961), "71,769,961");
}

TEST(FormatBytes, TakesTheUnitThatFits) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(std::uint64_t{3} << 40), "3.0 TiB");
}

}  // namespace
}  // namespace sumlog::cli
