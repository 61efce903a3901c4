// Goal: whoever runs a mirror hears what happens, once, with the way out; programs hear it as one
// line of JSON each; and a disk that will be too small is named in time.
// Method: a talk over streams that are strings, with a clock that the test moves.

#include "cli/mirror_talk.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_clock.h"
#include "support/temp_folder.h"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MirrorTalkTest : public ::testing::Test {
 protected:
  MirrorTalkTest() { context_.clock = &clock_; }

  static mirror::Round Failed(const absl::Status& status, const std::string& evidence = "") {
    mirror::Round round;
    round.status = status;
    round.evidence = evidence;
    return round;
  }

  std::string TakeErr() {
    std::string text = err_.str();
    err_.str("");
    return text;
  }

  const testing::TempFolder folder_;
  testing::FakeClock clock_;
  std::ostringstream out_, err_;
  Context context_{.out = &out_, .err = &err_, .environment = {}};
  MirrorTalk talk_{context_, "sum.example.com", "https://a", folder_.path()};
};

TEST_F(MirrorTalkTest, SaysTheSameFailureOnce) {
  const absl::Status down = absl::UnavailableError("status 503");
  talk_.OnRound(Failed(down), /*will_retry=*/true);
  EXPECT_THAT(TakeErr(), HasSubstr("cannot follow sum.example.com for now: status 503"));
  talk_.OnRound(Failed(down), true);
  EXPECT_EQ(TakeErr(), "");
  talk_.OnRound(Failed(absl::UnavailableError("status 500")), true);
  EXPECT_THAT(TakeErr(), HasSubstr("status 500"));
  talk_.OnRound({}, true);  // it went well
  EXPECT_EQ(TakeErr(), "");
  talk_.OnRound(Failed(absl::UnavailableError("status 500")), true);
  EXPECT_THAT(TakeErr(), HasSubstr("status 500"));
  EXPECT_EQ(context_.exit_code, kGood);  // it goes on
  talk_.OnRound(Failed(down), /*will_retry=*/false);
  EXPECT_EQ(TakeErr(), "");  // whoever ends says why
}

TEST_F(MirrorTalkTest, SpeaksJsonInLines) {
  context_.json = true;
  talk_.OnRound(Failed(absl::DataLossError("a tile is wrong"), "/d/evidence/x"), true);
  talk_.OnHead({.head = {.size = 7, .root = {}}, .note = "n"});
  talk_.OnProgress({.begin = 0, .done = 5, .target = 10, .upstream_size = 10}, 99);
  talk_.OnProgress({.begin = 0, .done = 6, .target = 10, .upstream_size = 10}, 99);  // too soon
  clock_.Advance(kProgressLineInterval);
  talk_.OnProgress({.begin = 0, .done = 9, .target = 10, .upstream_size = 10}, 99);
  const std::vector<std::string> lines = absl::StrSplit(out_.str(), '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 4u) << out_.str();
  const Json failed = Json::parse(lines[0]);
  EXPECT_EQ(failed["event"], "failed");
  EXPECT_EQ(failed["exit_code"], kTampering);
  EXPECT_EQ(failed["evidence"], "/d/evidence/x");
  EXPECT_EQ(Json::parse(lines[1])["event"], "head");
  EXPECT_EQ(Json::parse(lines[2])["records"], 5);
  EXPECT_EQ(Json::parse(lines[3])["records"], 9);
  EXPECT_EQ(err_.str(), "");
}

TEST_F(MirrorTalkTest, TellsEachHead) {
  talk_.OnHead({.head = {.size = 1234, .root = {}}, .note = "n"});
  EXPECT_EQ(out_.str(), "mirrored: sum.example.com, tree 1,234\n");
}

std::string Explained(const absl::Status& status, const std::string& evidence = "") {
  mirror::Round round;
  round.status = status;
  round.evidence = evidence;
  return std::string(ExplainRound(round, "https://a").message());
}

TEST(ExplainRound, SaysWhereEvidenceLies) {
  EXPECT_THAT(Explained(absl::DataLossError("x"), "/d/e"), HasSubstr("what came is kept in /d/e"));
  EXPECT_THAT(Explained(absl::DataLossError("x")), HasSubstr("could not be kept"));
  EXPECT_THAT(Explained(absl::UnauthenticatedError("x"), "/d/e"), HasSubstr("compare the 8 hex"));
  EXPECT_THAT(Explained(absl::UnavailableError("x")), HasSubstr("whether https://a answers"));
  EXPECT_THAT(Explained(absl::UnavailableError("x")), Not(HasSubstr("kept in")));
  EXPECT_THAT(Explained(absl::CancelledError("x")), HasSubstr("interrupted"));
}

TEST(ExplainRound, CallsAnOlderHeadBehind) {
  mirror::Round round;
  round.is_behind = true;
  round.sync.upstream.head.size = 5;
  const absl::Status status = ExplainRound(round, "https://a");
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("https://a shows a head of 5 records"));
  EXPECT_TRUE(ExplainRound({}, "https://a").ok());
}

TEST(DiskForecast, GrowsWithTheRecordsThatAreStillToCome) {
  const testing::TempFolder folder;
  std::ofstream(folder.path() + "/000001.sst") << std::string(1 << 20, 'x');
  DiskForecast disk(folder.path());
  EXPECT_EQ(disk.Describe(), "");
  const absl::Time now = absl::UnixEpoch();
  disk.Update(1000, 1'000'000, now);
  EXPECT_EQ(disk.expected_bytes(), 0u);  // too early to say
  EXPECT_GE(disk.used_bytes(), 1u << 20);
  disk.Update(100'000, 1'000'000, now + absl::Seconds(1));  // too soon after the last look
  EXPECT_EQ(disk.expected_bytes(), 0u);
  disk.Update(100'000, 1'000'000, now + absl::Minutes(1));
  EXPECT_NEAR(static_cast<double>(disk.expected_bytes()),
              10.0 * static_cast<double>(disk.used_bytes()), 10.0);
  EXPECT_THAT(disk.Describe(), HasSubstr(" of about "));
  EXPECT_EQ(disk.Warning(), "");
}

TEST(DiskForecast, WarnsOnceOfADiskThatIsTooSmall) {
  const testing::TempFolder folder;
  std::ofstream(folder.path() + "/000001.sst") << std::string(1 << 20, 'x');
  DiskForecast disk(folder.path());
  disk.Update(100'000, std::uint64_t{1} << 50, absl::UnixEpoch());
  EXPECT_THAT(disk.Warning(), HasSubstr("are still to come"));
  EXPECT_EQ(disk.Warning(), "");
}

}  // namespace
}  // namespace sumlog::cli
