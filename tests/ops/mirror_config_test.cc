// Goal: [[mirror]] says which log is followed, under which key and from where, or is refused with
// the line that is wrong; and what FormatMirror writes reads back as what it was made of.
// Method: small files through the parser; each value has its nearest broken neighbour.

#include "ops/mirror_config.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kKey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

absl::StatusOr<std::vector<MirrorConfig>> Read(const std::string& content) {
  const absl::StatusOr<std::vector<ConfigEntry>> entries = ParseConfigFile(content, "f.toml");
  if (!entries.ok()) return entries.status();
  return ReadMirrors(*entries, "f.toml");
}

std::string Refusal(const std::string& content) {
  const absl::Status status = Read(content).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << content << status;
  return std::string(status.message());
}

std::string WithKey(const std::string& rest) {
  return absl::StrCat("[[mirror]]\nkey = \"", kKey, "\"\n", rest);
}

TEST(ReadMirrors, TakesAllValues) {
  const auto mirrors = Read(absl::StrCat("[log]\nname = \"x\"\n",
                                         WithKey("upstream = [\"https://a\", \"https://b\"]\n"
                                                 "mode = \"lookup-through\"\ninterval = \"90s\"\n"
                                                 "max_requests_per_second = 7\n"
                                                 "ca = \"/etc/ssl/corp.pem\"\n")));
  ASSERT_TRUE(mirrors.ok()) << mirrors.status();
  ASSERT_EQ(mirrors->size(), 1u);
  const MirrorConfig& mirror = mirrors->front();
  EXPECT_EQ(mirror.where, "f.toml:3: ");
  EXPECT_EQ(mirror.key.ToString(), kKey);
  EXPECT_EQ(mirror.name(), "sum.golang.org");
  EXPECT_THAT(mirror.upstream, ElementsAre("https://a", "https://b"));
  EXPECT_EQ(mirror.mode, MirrorMode::kLookupThrough);
  EXPECT_EQ(mirror.interval, absl::Seconds(90));
  EXPECT_EQ(mirror.max_requests_per_second, 7u);
  EXPECT_EQ(mirror.ca_file, "/etc/ssl/corp.pem");
}

TEST(ReadMirrors, HasDefaults) {
  const auto mirrors = Read(WithKey("upstream = [\"https://a\"]\n"));
  ASSERT_TRUE(mirrors.ok()) << mirrors.status();
  EXPECT_EQ(mirrors->front().mode, MirrorMode::kFull);
  EXPECT_EQ(mirrors->front().interval, absl::Minutes(1));
  EXPECT_EQ(mirrors->front().max_requests_per_second, 100u);
  EXPECT_EQ(mirrors->front().ca_file, "");
  EXPECT_TRUE(Read("[log]\nname = \"x\"\n")->empty());
}

TEST(ReadMirrors, NamesWhatIsWrong) {
  const std::string good = "upstream = [\"https://a\"]\n";
  EXPECT_THAT(Refusal(WithKey("")), HasSubstr("f.toml:1: [[mirror]] without upstream"));
  EXPECT_THAT(Refusal(WithKey("upstream = []\n")), HasSubstr("without upstream"));
  EXPECT_THAT(Refusal(absl::StrCat("[[mirror]]\n", good)),
              HasSubstr("f.toml:1: [[mirror]] without key"));
  EXPECT_THAT(Refusal(WithKey("upstream = \"https://a\"\n")),
              HasSubstr("f.toml:3: mirror.upstream: got text, want a list"));
  EXPECT_THAT(Refusal(WithKey("upstream = [\"\"]\n")), HasSubstr("an empty URL"));
  EXPECT_THAT(Refusal("[[mirror]]\nkey = \"sum.golang.org\"\n"),
              HasSubstr("f.toml:2: mirror.key: "));
  EXPECT_THAT(Refusal("[[mirror]]\nkey = [\"a\"]\n"), HasSubstr("got a list, want text"));
  EXPECT_THAT(
      Refusal(WithKey("mode = \"ful\"\n")),
      HasSubstr("mirror.mode: got \"ful\", want \"full\", \"lookup-through\" or \"bundles\""));
  EXPECT_THAT(Refusal(WithKey("interval = \"0s\"\n")), HasSubstr("mirror.interval: got \"0s\""));
  EXPECT_THAT(Refusal(WithKey("interval = \"10ms\"\n")), HasSubstr("want at least 1s"));
  for (const std::string wrong : {"-1", "1000001", "\"fast\"", "4294967297"}) {
    EXPECT_THAT(Refusal(WithKey(absl::StrCat("max_requests_per_second = ", wrong, "\n"))),
                HasSubstr("want an integer of 0 to 1000000; 0: no bound"));
  }
  EXPECT_THAT(Refusal(WithKey("ca = \"\"\n")), HasSubstr("mirror.ca: an empty path"));
  EXPECT_THAT(Refusal(WithKey("intervall = \"1m\"\n")),
              HasSubstr("mirror.intervall: unknown key; did you mean mirror.interval?"));
}

TEST(ReadMirrors, TakesNoMoreUpstreamsThanItsBound) {
  std::string list = "\"https://h\"";
  for (std::size_t i = 1; i < kMaxUpstreams; ++i) absl::StrAppend(&list, ", \"https://h\"");
  EXPECT_TRUE(Read(WithKey(absl::StrCat("upstream = [", list, "]\n"))).ok());
  EXPECT_THAT(Refusal(WithKey(absl::StrCat("upstream = [", list, ", \"https://h\"]\n"))),
              HasSubstr("want at most 16 URLs"));
}

TEST(ReadMirrors, RefusesASecondMirrorOfOneName) {
  const std::string mirror = WithKey("upstream = [\"https://a\"]\n");
  EXPECT_THAT(Refusal(absl::StrCat(mirror, mirror)),
              HasSubstr("f.toml:4: a second mirror of sum.golang.org; the first is at f.toml:1\n"));
}

TEST(CheckMirrorNames, RefusesTheNameOfTheOriginLog) {
  const auto mirrors = Read(WithKey("upstream = [\"https://a\"]\n"));
  ASSERT_TRUE(mirrors.ok()) << mirrors.status();
  EXPECT_TRUE(CheckMirrorNames(*mirrors, "").ok());
  EXPECT_TRUE(CheckMirrorNames(*mirrors, "sum.corp.example.com").ok());
  const absl::Status status = CheckMirrorNames(*mirrors, "sum.golang.org");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("f.toml:1: [[mirror]] of sum.golang.org"));
}

TEST(FormatMirror, ReadsBackAsWhatItWasMadeOf) {
  auto mirrors =
      Read(WithKey("upstream = [\"https://a/\\\"\\\\\", \"https://b\"]\n"
                   "mode = \"lookup-through\"\ninterval = \"90s\"\nca = \"/a \\\"b\\\".pem\"\n"));
  ASSERT_TRUE(mirrors.ok()) << mirrors.status();
  const MirrorConfig& mirror = mirrors->front();
  const absl::StatusOr<std::string> text = FormatMirror(mirror);
  ASSERT_TRUE(text.ok()) << text.status();
  const auto again = Read(*text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->front().key.ToString(), kKey);
  EXPECT_EQ(again->front().upstream, mirror.upstream);
  EXPECT_EQ(again->front().mode, mirror.mode);
  EXPECT_EQ(again->front().interval, mirror.interval);
  EXPECT_EQ(again->front().ca_file, "/a \"b\".pem");
}

TEST(FormatMirror, ReadsBackAMirrorThatBundlesFeed) {
  const auto mirrors = Read(WithKey("mode = \"bundles\"\n"));
  ASSERT_TRUE(mirrors.ok()) << mirrors.status();
  EXPECT_EQ(mirrors->front().mode, MirrorMode::kBundles);
  const absl::StatusOr<std::string> text = FormatMirror(mirrors->front());
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, WithKey("mode = \"bundles\"\n"));
}

TEST(ReadMirrors, WantsAnUpstreamUnlessBundlesFeedIt) {
  EXPECT_THAT(Refusal(WithKey("")), HasSubstr("without upstream"));
  EXPECT_THAT(Refusal(WithKey("upstream = []\n")), HasSubstr("mode = \"bundles\""));
  EXPECT_THAT(Refusal(WithKey("upstream = [\"https://a\"]\nmode = \"bundles\"\n")),
              HasSubstr("which asks no network"));
}

TEST(FormatMirror, RefusesWhatNoQuotedTextHolds) {
  auto mirrors = Read(WithKey("upstream = [\"https://a\"]\n"));
  ASSERT_TRUE(mirrors.ok()) << mirrors.status();
  for (const char* bad : {"https://a\nkey = \"x\"", "https://\x7f", "https://\xff"}) {
    mirrors->front().upstream = {bad};
    EXPECT_EQ(FormatMirror(mirrors->front()).status().code(), absl::StatusCode::kInvalidArgument);
  }
  mirrors->front().upstream = {"https://a"};
  mirrors->front().ca_file = "/a\n";
  EXPECT_EQ(FormatMirror(mirrors->front()).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(AddMirror, KeepsWhatIsThere) {
  const MirrorConfig mirror = Read(WithKey("upstream = [\"https://a\"]\n"))->front();
  for (const std::string before : {"", "# mine\n", "[log]\nname = \"x\"  # no end of line"}) {
    const absl::StatusOr<std::string> added = AddMirror(before, mirror);
    ASSERT_TRUE(added.ok()) << added.status();
    EXPECT_EQ(added->substr(0, before.size()), before);
    ASSERT_TRUE(Read(*added).ok()) << Read(*added).status();
    EXPECT_EQ(Read(*added)->front().key.ToString(), kKey);
  }
}

TEST(AddMirror, MakesNoFileThatCouldNotBeRead) {
  const MirrorConfig mirror = Read(WithKey("upstream = [\"https://a\"]\n"))->front();
  EXPECT_FALSE(AddMirror(std::string(kMaxConfigBytes, '#'), mirror).ok());
}

}  // namespace
}  // namespace sumlog::ops
