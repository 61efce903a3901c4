// Goal: flags and configuration name exactly one mirror, or say how to name it; and nothing is
// written before it is clear which.
// Method: directories of the test with the configuration that each case needs.

#include "cli/mirror_choice.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/small_sumdb.h"
#include "support/temp_folder.h"

namespace sumlog::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MirrorChoiceTest : public ::testing::Test {
 protected:
  std::string file() const { return folder_.path() + "/sumlog.toml"; }

  void Configure(const std::string& content) { std::ofstream(file()) << content; }
  void ConfigureMirror(const tlog::Signer& signer, const std::string& more) {
    std::ofstream(file(), std::ios::app)
        << "[[mirror]]\nkey = \"" << signer.verifier().ToString() << "\"\n"
        << more;
  }

  ops::Config Config() const {
    const auto config =
        ops::LoadConfig({.dir = folder_.path(), .file = "", .environment = {}, .flags = {}});
    EXPECT_TRUE(config.ok()) << config.status();
    return *config;
  }

  std::string Refusal(const MirrorFlags& flags) const {
    const absl::Status status = ChooseMirror(Config(), flags).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  }
  std::string FedRefusal(const std::string& key, const std::string& log_name) const {
    const absl::Status status = ChooseFedMirror(Config(), key, log_name).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  }

  static constexpr char kUpstream[] = "upstream = [\"https://a\"]\n";

  const testing::TempFolder folder_;
  const tlog::Signer one_ = testing::TestSigner("sum.one.example");
  const tlog::Signer two_ = testing::TestSigner("sum.two.example");
  const std::string one_key_ = one_.verifier().ToString();
};

TEST_F(MirrorChoiceTest, MakesANewOneOfItsFlags) {
  const auto choice = ChooseMirror(Config(), {.upstream = {"https://a", "https://b"},
                                              .key = one_key_,
                                              .interval = "5m",
                                              .max_requests_per_second = 7});
  ASSERT_TRUE(choice.ok()) << choice.status();
  EXPECT_TRUE(choice->is_new);
  EXPECT_EQ(choice->mirror.name(), "sum.one.example");
  EXPECT_THAT(choice->mirror.upstream, ElementsAre("https://a", "https://b"));
  EXPECT_EQ(choice->mirror.mode, ops::MirrorMode::kFull);
  EXPECT_EQ(choice->mirror.interval, absl::Minutes(5));
  EXPECT_EQ(choice->mirror.max_requests_per_second, 7u);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(MirrorChoiceTest, TakesTheOnlyOneAndLetsFlagsWin) {
  ConfigureMirror(one_, absl::StrCat(kUpstream, "max_requests_per_second = 0\n"));
  auto choice = ChooseMirror(Config(), {});
  ASSERT_TRUE(choice.ok()) << choice.status();
  EXPECT_FALSE(choice->is_new);
  EXPECT_EQ(choice->mirror.max_requests_per_second, 0u);
  choice = ChooseMirror(
      Config(),
      {.upstream = {"https://b"}, .key = one_key_, .interval = "2s", .max_requests_per_second = 9});
  ASSERT_TRUE(choice.ok()) << choice.status();
  EXPECT_FALSE(choice->is_new);
  EXPECT_THAT(choice->mirror.upstream, ElementsAre("https://b"));
  EXPECT_EQ(choice->mirror.interval, absl::Seconds(2));
  EXPECT_EQ(choice->mirror.max_requests_per_second, 9u);
}

TEST_F(MirrorChoiceTest, SaysHowToNameOne) {
  EXPECT_THAT(Refusal({}), HasSubstr("--upstream URL --key VKEY"));
  EXPECT_THAT(Refusal({.key = one_key_}), HasSubstr("--upstream URL"));
  ConfigureMirror(one_, kUpstream);
  ConfigureMirror(two_, kUpstream);
  EXPECT_THAT(Refusal({}), HasSubstr("several mirrors are configured: sum.one.example, sum.two"));
  EXPECT_TRUE(ChooseMirror(Config(), {.key = one_key_}).ok());
}

TEST_F(MirrorChoiceTest, RefusesWrongValues) {
  ConfigureMirror(one_, kUpstream);
  EXPECT_THAT(Refusal({.interval = "10ms"}),
              HasSubstr("--interval 10ms, want a time of 1s to 24h"));
  EXPECT_THAT(Refusal({.upstream = std::vector<std::string>(17, "https://a")}),
              HasSubstr("17 of --upstream, want at most 16"));
  EXPECT_THAT(Refusal({.max_requests_per_second = 1'000'001}),
              HasSubstr("--max-requests-per-second 1000001, want 0 to 1000000"));
  EXPECT_FALSE(ChooseMirror(Config(), {.key = "x"}).ok());
}

TEST_F(MirrorChoiceTest, RefusesAnotherKeyOfTheSameName) {
  const LogFolder log, other;  // of one name, with two keys
  Configure(absl::StrCat("[[mirror]]\nkey = \"", log.key(), "\"\n", kUpstream));
  EXPECT_THAT(Refusal({.upstream = {"https://a"}, .key = other.key()}),
              HasSubstr("the mirror of sum.example.com has another key"));
  EXPECT_THAT(FedRefusal(other.key(), "sum.example.com"), HasSubstr("has another key"));
}

TEST_F(MirrorChoiceTest, RefusesTheOriginLogAndOtherModes) {
  Configure("[log]\nname = \"sum.one.example\"\n");
  EXPECT_THAT(Refusal({.upstream = {"https://a"}, .key = one_key_}),
              HasSubstr("sum.one.example is the origin log"));
  EXPECT_THAT(FedRefusal(one_key_, "sum.one.example"), HasSubstr("is the origin log"));
  ConfigureMirror(two_, absl::StrCat(kUpstream, "mode = \"lookup-through\"\n"));
  EXPECT_THAT(Refusal({}), HasSubstr("has another mode than full"));
  EXPECT_THAT(FedRefusal("", "sum.two.example"), HasSubstr("has mode lookup-through"));
}

TEST_F(MirrorChoiceTest, FeedsAMirrorThatHoldsEveryRecord) {
  EXPECT_THAT(FedRefusal("", "sum.one.example"), HasSubstr("--key VKEY"));
  EXPECT_THAT(FedRefusal(one_key_, "sum.two.example"), HasSubstr("--key of sum.one.example"));
  const auto made = ChooseFedMirror(Config(), one_key_, "sum.one.example");
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(made->is_new);
  EXPECT_EQ(made->mirror.mode, ops::MirrorMode::kBundles);
  ConfigureMirror(one_, kUpstream);  // a full one that is fed once, to begin with
  const auto fed = ChooseFedMirror(Config(), "", "sum.one.example");
  ASSERT_TRUE(fed.ok()) << fed.status();
  EXPECT_FALSE(fed->is_new);
  EXPECT_EQ(fed->mirror.mode, ops::MirrorMode::kFull);
}

TEST_F(MirrorChoiceTest, WritesWhatItOpensAndReadsItBack) {
  MirrorChoice choice = *ChooseMirror(
      Config(),
      {.upstream = {"https://a"}, .key = one_key_, .interval = "5m", .max_requests_per_second = 7});
  {
    const auto opened = OpenChoice(Config(), choice);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(OpenChoice(Config(), choice).status().code(),
              absl::StatusCode::kFailedPrecondition);  // it is locked
  }
  const auto again = ChooseMirror(Config(), {});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(again->is_new);
  EXPECT_EQ(again->mirror.key.ToString(), one_key_);
  EXPECT_EQ(again->mirror.interval, absl::Minutes(5));
  EXPECT_EQ(again->mirror.max_requests_per_second, 7u);
}

}  // namespace
}  // namespace sumlog::cli
