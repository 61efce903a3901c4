// Goal: evidence holds exactly what came, is never overwritten, and cannot fill a disk.
// Method: made-up answers, written into a folder of the test and read back.

#include "client/server_evidence.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/base64.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_clock.h"
#include "support/temp_folder.h"

namespace sumlog::client {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;

RecordedAnswer Answer(const std::string& path, const std::string& bytes) {
  return {.path = path,
          .when = absl::FromUnixSeconds(1'000'000'000),
          .size_bytes = bytes.size(),
          .sha256 = crypto::Sha256(bytes),
          .bytes = bytes};
}

ServerEvidence Evidence(const std::string& bytes = "note\n") {
  return {.found = "two roots\nfor one size",
          .server = "https://sum.example.com",
          .key = "sum.example.com+1+A",
          .when = absl::FromUnixSeconds(1'000'000'060),
          .answers = {Answer("/latest", bytes)}};
}

std::string Read(const std::string& path) { return ReadFile(path, 1u << 26).value_or(""); }

TEST(FormatEvidence, ShowsTextAndExactBytes) {
  EXPECT_EQ(FormatEvidence(Evidence("note\nfix: \x1b[2J")),
            "sumlog evidence 1\n"
            "found: two roots\\x0afor one size\n"
            "time: 2001-09-09T01:47:40Z\n"
            "server: https://sum.example.com\n"
            "key: sum.example.com+1+A\n"
            "answers: 1\n"
            "\n"
            "answer: /latest\n"
            "time: 2001-09-09T01:46:40.000Z\n"
            "size: 14\n"
            "sha256: d2234d6c977494e8ce73671fe40ad03b6528f1c0f67fbf3f1b0577eac41a80af\n"
            "| note\n"
            "| fix: \\x1b[2J\n"
            "base64:\n"
            "bm90ZQpmaXg6IBtbMko=\n");
}

TEST(FormatEvidence, GivesEveryByteBack) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes.push_back(static_cast<char>(i % 256));
  const std::string text = FormatEvidence(Evidence(bytes));
  std::string base64;
  for (const absl::string_view line :
       absl::StrSplit(text.substr(text.find("base64:\n") + 8), '\n')) {
    EXPECT_LE(line.size(), 76u);
    absl::StrAppend(&base64, line);
  }
  std::string decoded;
  ASSERT_TRUE(Base64Decode(base64, &decoded));
  EXPECT_EQ(decoded, bytes);
  EXPECT_THAT(text, Not(HasSubstr("\n| ")));  // no text
}

TEST(SaveEvidence, MakesAFileForItsOwnerWithAClearName) {
  const testing::TempFolder folder;
  const auto path = SaveEvidence(Evidence(), folder.path() + "/new/deep");
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_THAT(*path,
              MatchesRegex(".*/new/deep/sumlog-evidence-20010909T014740Z-[0-9a-f]{16}[.]txt"));
  EXPECT_EQ(Read(*path), FormatEvidence(Evidence()));
  struct stat facts = {};
  ASSERT_EQ(::stat(path->c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST(SaveEvidence, KeepsTheSameBytesOnceAndOthersBeside) {
  const testing::TempFolder folder;
  const auto first = SaveEvidence(Evidence(), folder.path());
  ServerEvidence later = Evidence();
  later.when += absl::Hours(1);
  EXPECT_EQ(*SaveEvidence(later, folder.path()), *first);
  EXPECT_EQ(Read(*first), FormatEvidence(Evidence()));
  later.answers[0] = Answer("/latest", "other");
  EXPECT_NE(*SaveEvidence(later, folder.path()), *first);
}

TEST(SaveEvidence, NeverWritesOverOrThroughWhatIsThere) {
  const testing::TempFolder folder;
  const auto path = SaveEvidence(Evidence(), folder.path());
  ASSERT_TRUE(path.ok()) << path.status();
  std::filesystem::remove(*path);
  std::filesystem::create_symlink(folder.path() + "/elsewhere", *path);
  EXPECT_FALSE(SaveEvidence(Evidence(), folder.path()).ok());
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/elsewhere"));
}

TEST(SaveEvidence, StopsAtABoundOfFiles) {
  const testing::TempFolder folder;
  for (std::size_t i = 0; i < kMaxEvidenceFiles; ++i) {
    std::ofstream(absl::StrCat(folder.path(), "/sumlog-evidence-", i, ".txt")) << "x";
  }
  EXPECT_TRUE(absl::IsResourceExhausted(SaveEvidence(Evidence(), folder.path()).status()));
}

// A fetcher of as many bytes as the path says.
class Sized final : public Fetcher {
 public:
  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t) override {
    std::size_t size = 0;
    if (!absl::SimpleAtoi(path, &size)) return absl::NotFoundError(path);
    return std::string(size, 'x');
  }
};

TEST(AnswerRecorder, RemembersWhatCame) {
  testing::FakeClock clock;
  AnswerLog log(&clock);
  AnswerRecorder recorder(std::make_unique<Sized>(), &log);
  EXPECT_EQ(*recorder.Fetch("3", 10), "xxx");
  EXPECT_TRUE(absl::IsNotFound(recorder.Fetch("nothing", 10).status()));
  ASSERT_THAT(log.answers(), SizeIs(1));
  EXPECT_EQ(log.answers()[0].path, "3");
  EXPECT_EQ(log.answers()[0].bytes, "xxx");
  EXPECT_EQ(log.answers()[0].when, clock.Now());
}

TEST(AnswerLog, KeepsTheHeadHoweverMuchComesAfterIt) {
  testing::FakeClock clock;
  AnswerLog log(&clock);
  log.Record("/tile/first", "a");
  log.Record("/latest", "head");
  for (int i = 0; i < 3; ++i) {
    clock.Advance(absl::Seconds(1));
    log.Record("/tile/0", std::string(AnswerLog::kMaxKeptBytes, 'x'));
  }
  ASSERT_THAT(log.answers(), SizeIs(5));
  EXPECT_EQ(log.answers()[0].path, "/latest");
  EXPECT_EQ(log.answers()[0].bytes, "head");
  EXPECT_FALSE(log.answers()[3].bytes.has_value());
  EXPECT_TRUE(log.answers()[4].bytes.has_value());
  log.Clear();
  EXPECT_THAT(log.answers(), SizeIs(0));
}

TEST(AnswerRecorder, KeepsTheNewestWithinItsBound) {
  AnswerLog log(SystemClock());
  AnswerRecorder recorder(std::make_unique<Sized>(), &log);
  const std::string half = absl::StrCat(AnswerLog::kMaxKeptBytes / 2);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(recorder.Fetch(half, 1u << 30).ok());
  const std::vector<RecordedAnswer> answers = log.answers();
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_FALSE(answers[0].bytes.has_value());
  EXPECT_EQ(answers[0].size_bytes, AnswerLog::kMaxKeptBytes / 2);
  EXPECT_TRUE(answers[1].bytes.has_value());
  EXPECT_TRUE(answers[2].bytes.has_value());
  for (std::size_t i = 0; i < AnswerLog::kMaxAnswers; ++i) ASSERT_TRUE(recorder.Fetch("1", 9).ok());
  EXPECT_THAT(log.answers(), SizeIs(AnswerLog::kMaxAnswers));
}

}  // namespace
}  // namespace sumlog::client
