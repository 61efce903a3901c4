// Goal: progress is a bar on a terminal, a line now and then elsewhere, and nothing when it is not
// wanted.
// Method: a clock that the test moves; streams that are strings.

#include "cli/progress.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_clock.h"

namespace sumlog::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class ProgressTest : public ::testing::Test {
 protected:
  ProgressTest() { context_.clock = &clock_; }

  testing::FakeClock clock_;
  std::ostringstream out_, err_;
  Context context_{.out = &out_, .err = &err_, .environment = {}};
};

TEST_F(ProgressTest, PrintsALineEveryTenSecondsWithoutATerminal) {
  Progress progress(context_, "import");
  clock_.Advance(absl::Seconds(9));
  progress.Update({.done = 900, .total = 4000});
  EXPECT_EQ(err_.str(), "");
  clock_.Advance(absl::Seconds(1));
  progress.Update({.done = 1000, .total = 4000});
  progress.Update({.done = 1001, .total = 4000});
  EXPECT_EQ(err_.str(), "import:  25%  1,000 of 4,000  100/s  30s left\n");
  clock_.Advance(absl::Seconds(10));
  progress.Update({.done = 4000, .total = 4000});
  EXPECT_THAT(err_.str(), HasSubstr("import: 100%  4,000 of 4,000  200/s\n"));
}

TEST_F(ProgressTest, DrawsABarOnATerminalAndTakesItAway) {
  context_.err_is_terminal = true;
  {
    Progress progress(context_, "fsck");
    clock_.Advance(absl::Seconds(1));
    progress.Update({.done = 1, .total = 2});
    EXPECT_THAT(err_.str(), HasSubstr("\rfsck  ████████████░░░░░░░░░░░░   50%  1 of 2"));
    EXPECT_EQ(err_.str().find('\n'), std::string::npos);
  }
  EXPECT_THAT(err_.str(), EndsWith(" \r"));
}

TEST_F(ProgressTest, CountsWithoutATotal) {
  Progress progress(context_, "index");
  clock_.Advance(absl::Seconds(10));
  progress.Update({.done = 70});
  EXPECT_EQ(err_.str(), "index: 70  7/s\n");
}

TEST_F(ProgressTest, GoesOnWhenTheClockIsSetBack) {
  Progress progress(context_, "import");
  clock_.Advance(-absl::Hours(1));
  progress.Update({.done = 1, .total = 2});
  EXPECT_THAT(err_.str(), HasSubstr("1 of 2"));
}

TEST_F(ProgressTest, SaysNothingWhenQuiet) {
  context_.quiet = true;
  context_.err_is_terminal = true;
  Progress progress(context_, "import");
  clock_.Advance(absl::Minutes(1));
  progress.Update({.done = 1, .total = 2});
  EXPECT_EQ(err_.str(), "");
}

}  // namespace
}  // namespace sumlog::cli
