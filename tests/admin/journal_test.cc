// Goal: each call is one line of the journal, whatever it held; lines are only ever added.

#include "admin/journal.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "support/fake_clock.h"
#include "support/small_disk.h"
#include "support/temp_folder.h"

namespace sumlog::admin {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

JournalEntry FreezeEntry() {
  return {.who = "ci",
          .peer = "ipv4:10.0.0.7:4711",
          .call = "Freeze",
          .details = {{"reason", "audit"}},
          .result = absl::OkStatus()};
}

class JournalTest : public ::testing::Test {
 protected:
  std::string path() const { return folder_.path() + "/journal/admin.jsonl"; }
  std::unique_ptr<Journal> Open() {
    absl::StatusOr<std::unique_ptr<Journal>> journal = Journal::Open(path(), &clock_);
    EXPECT_TRUE(journal.ok()) << journal.status();
    return *std::move(journal);
  }
  std::string Content() const { return *ReadFile(path(), 1 << 20); }

  const testing::TempFolder folder_;
  mutable testing::FakeClock clock_;
};

TEST(FormatJournalEntry, SaysWhoWhatWhenAndHowItEnded) {
  EXPECT_EQ(FormatJournalEntry(FreezeEntry(), absl::FromUnixMicros(1'795'262'400'000'001)),
            R"({"time":"2026-11-21T12:00:00.000001Z","who":"ci","peer":"ipv4:10.0.0.7:4711",)"
            R"("call":"Freeze","details":{"reason":"audit"},"result":"OK"})"
            "\n");
}

TEST(FormatJournalEntry, IsOneBoundedLineOfJsonWhateverCameFromOutside) {
  JournalEntry entry = FreezeEntry();
  entry.who = "a\nb\"\x1b[31m";
  entry.details = {{"reason", std::string("\xff\x00\x80", 3)}, {"long", std::string(5000, 'x')}};
  entry.result = absl::InvalidArgumentError(std::string(5000, '\n'));
  const std::string line = FormatJournalEntry(entry, absl::UnixEpoch());
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_LT(line.size(), 8000);
  const nlohmann::json json = nlohmann::json::parse(line);
  EXPECT_EQ(json["who"], "a\nb\"\x1b[31m");
  EXPECT_EQ(json["details"]["long"].get<std::string>().size(), 1024);
  EXPECT_THAT(json["result"].get<std::string>(), StartsWith("INVALID_ARGUMENT: "));
}

TEST(FormatJournalEntry, SteersNoTerminal) {
  JournalEntry entry = FreezeEntry();
  entry.details = {{"reason", "校验 \u202e\u200b\u0085\x7f\u2028\U000e0041 \U0001f512"}};
  const std::string line = FormatJournalEntry(entry, absl::UnixEpoch());
  EXPECT_THAT(line,
              HasSubstr("\"校验 \\u202e\\u200b\\u0085\\u007f\\u2028\\udb40\\udc41 \U0001f512\""));
  EXPECT_EQ(nlohmann::json::parse(line)["details"]["reason"], entry.details[0].second);
}

TEST_F(JournalTest, AppendsAcrossRestarts) {
  ASSERT_TRUE(Open()->Append(FreezeEntry(), Journal::Durability::kPowerLoss).ok());
  const std::string first = Content();
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(Open()->Append(FreezeEntry(), Journal::Durability::kKill).ok());
  EXPECT_EQ(Content(), first + FormatJournalEntry(FreezeEntry(), clock_.Now()));
}

TEST_F(JournalTest, MakesRoomWithoutALineOfItsOwn) {
  const std::unique_ptr<Journal> journal = Open();
  EXPECT_EQ(journal->MakeRoom(), absl::OkStatus());
  EXPECT_EQ(Content(), "");
  ASSERT_TRUE(journal->Append(FreezeEntry(), Journal::Durability::kPowerLoss).ok());
  EXPECT_EQ(journal->MakeRoom(), absl::OkStatus());
  EXPECT_EQ(Content(), FormatJournalEntry(FreezeEntry(), clock_.Now()));
}

TEST_F(JournalTest, AppendsSeveralInOrder) {
  const std::unique_ptr<Journal> journal = Open();
  JournalEntry thaw = FreezeEntry();
  thaw.call = "Thaw";
  ASSERT_TRUE(journal->AppendAll({FreezeEntry(), thaw}, Journal::Durability::kKill).ok());
  ASSERT_TRUE(journal->AppendAll({}, Journal::Durability::kKill).ok());
  EXPECT_EQ(Content(), FormatJournalEntry(FreezeEntry(), clock_.Now()) +
                           FormatJournalEntry(thaw, clock_.Now()));
}

TEST_F(JournalTest, IsForItsOwnerOnly) {
  Open();
  struct stat info = {};
  ASSERT_EQ(::stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(JournalTest, BeginsAnewWhenItsFileWasMovedAway) {
  const std::unique_ptr<Journal> journal = Open();
  const std::string line = FormatJournalEntry(FreezeEntry(), clock_.Now());
  const std::string moved = path() + ".1";
  ASSERT_EQ(journal->Append(FreezeEntry(), Journal::Durability::kKill), absl::OkStatus());
  ASSERT_EQ(::rename(path().c_str(), moved.c_str()), 0);
  ASSERT_EQ(journal->Append(FreezeEntry(), Journal::Durability::kPowerLoss), absl::OkStatus());
  EXPECT_EQ(*ReadFile(moved, 1 << 20), line);
  EXPECT_EQ(Content(), line);
  struct stat info = {};
  ASSERT_EQ(::stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(JournalTest, RefusesWhenItsFolderHasGone) {
  const std::unique_ptr<Journal> journal = Open();
  const std::string folder = folder_.path() + "/journal";
  ASSERT_EQ(::rename(folder.c_str(), (folder + ".old").c_str()), 0);
  EXPECT_TRUE(absl::IsUnavailable(journal->MakeRoom()));
  EXPECT_FALSE(journal->Append(FreezeEntry(), Journal::Durability::kKill).ok());
}

TEST_F(JournalTest, EndsALineThatACrashTore) {
  ASSERT_TRUE(Open()->Append(FreezeEntry(), Journal::Durability::kKill).ok());
  const std::string first = Content();
  std::ofstream(path(), std::ios::app) << R"({"time":"2026-)";
  ASSERT_TRUE(Open()->Append(FreezeEntry(), Journal::Durability::kKill).ok());
  EXPECT_THAT(Content(), StartsWith(first + "{\"time\":\"2026-\n"));
  EXPECT_THAT(Content(), EndsWith("\n" + FormatJournalEntry(FreezeEntry(), clock_.Now())));
}

TEST_F(JournalTest, KeepsLinesOfManyThreadsWhole) {
  const std::unique_ptr<Journal> journal = Open();
  constexpr int kThreads = 4;
  constexpr int kLines = 200;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&journal] {
        for (int i = 0; i < kLines; ++i) {
          EXPECT_TRUE(journal->Append(FreezeEntry(), Journal::Durability::kKill).ok());
        }
      });
    }
  }
  const std::string content = Content();
  const std::vector<std::string> lines = absl::StrSplit(content, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), kThreads * kLines);
  for (const std::string& line : lines) EXPECT_TRUE(nlohmann::json::accept(line)) << line;
}

TEST_F(JournalTest, SaysWhereItCannotBeMade) {
  ASSERT_TRUE(CreateFileDurably(folder_.path() + "/journal", "a file in the way", 0600).ok());
  EXPECT_FALSE(Journal::Open(path(), &clock_).ok());
}

class JournalOnAFullDisk : public ::sumlog::testing::SmallDiskTest {};

TEST_F(JournalOnAFullDisk, RefusesTheCallAndNotItsLine) {
  testing::FakeClock clock;
  absl::StatusOr<std::unique_ptr<Journal>> journal =
      Journal::Open(Path("journal/admin.jsonl"), &clock);
  ASSERT_TRUE(journal.ok()) << journal.status();
  ASSERT_EQ((*journal)->MakeRoom(), absl::OkStatus());
  FillDisk("ballast");
  JournalEntry entry = FreezeEntry();
  for (int i = 0; i < 50; ++i) entry.details.emplace_back(absl::StrCat(i), std::string(1000, 'x'));
  constexpr int kMaxLines = 1000;  // of some 50 KB: many times what the disk holds
  absl::Status full;
  int count = 0;
  while (full.ok() && count < kMaxLines) {
    ASSERT_EQ((*journal)->Append(entry, Journal::Durability::kPowerLoss), absl::OkStatus());
    ++count;
    full = (*journal)->MakeRoom();
  }
  EXPECT_TRUE(absl::IsUnavailable(full)) << full;
  EXPECT_GT(count, 10);
  // The calls that were let in before still find room.
  EXPECT_EQ((*journal)->Append(entry, Journal::Durability::kPowerLoss), absl::OkStatus());

  // Of several lines, all or none: as many as cannot have room.
  const std::string before = *ReadFile(Path("journal/admin.jsonl"), 64 << 20);
  const std::vector<JournalEntry> too_many(kMaxLines, entry);
  EXPECT_FALSE((*journal)->AppendAll(too_many, Journal::Durability::kKill).ok());
  EXPECT_EQ(*ReadFile(Path("journal/admin.jsonl"), 64 << 20), before);

  ASSERT_EQ(::unlink(Path("ballast").c_str()), 0);
  EXPECT_EQ((*journal)->MakeRoom(), absl::OkStatus());
}

}  // namespace
}  // namespace sumlog::admin
