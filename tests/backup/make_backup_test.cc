// Goal: a backup is whole and signed, or is not there; what was interrupted is removed by the next.
// Method: a real log on disk, idle and under load; each step is made to fail in turn by the watch.

#include "backup/make_backup.h"

#include <atomic>
#include <thread>

#include "backup/label.h"
#include "backup/verify_backup.h"
#include "backup_home.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::backup {
namespace {

using ::sumlog::testing::BackupHome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(CheckLabel, TakesPlainNamesOnly) {
  for (const char* good : {"a", "nightly", "2026-11-21", "a.b_c-D9", "x.partial.y"}) {
    EXPECT_EQ(CheckLabel(good), absl::OkStatus()) << good;
  }
  EXPECT_EQ(CheckLabel(std::string(64, 'a')), absl::OkStatus());
  for (const std::string& bad :
       {std::string(), std::string(65, 'a'), std::string("."), std::string(".."),
        std::string(".hidden"), std::string("a/b"), std::string("../a"), std::string("a b"),
        std::string("a\n"), std::string("\xc3\xa4"), std::string("a\0b", 3),
        std::string("a.sumlog-partial"), std::string("-r"), std::string("--")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckLabel(bad))) << bad;
  }
}

TEST(MakeBackup, HoldsTheNewestHeadAndVerifies) {
  BackupHome home;
  home.Add(0, 300);
  const auto made = home.Make("first");
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->head.head.size, 300u);
  EXPECT_EQ(made->path, home.BackupPath("first"));
  EXPECT_GT(made->size_bytes, 1000u);
  EXPECT_THAT(NamesIn(home.backups()), ElementsAre(".lock", "first"));
  EXPECT_THAT(NamesIn(made->path), ElementsAre("db", "manifest"));
  EXPECT_FALSE(std::filesystem::exists(home.database() + "/checkpoint"));

  const auto report = VerifyBackup({.path = made->path, .key = home.signer.verifier()});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->good());
  EXPECT_EQ(report->manifest->head.note, made->head.note);
  EXPECT_EQ(report->manifest->label, "first");
  EXPECT_EQ(report->log->records_checked, 300u);
}

TEST(MakeBackup, OfALogUnderLoadIsAHeadThatWasPublished) {
  BackupHome home;
  home.Add(0, 10);
  ASSERT_EQ(home.Open(), absl::OkStatus());
  std::atomic<bool> stopping = false;
  std::thread writer([&] {
    for (std::uint64_t next = 10; !stopping; next += 7) home.Add(next, 7);
  });
  for (const char* label : {"a", "b", "c"}) {
    const std::uint64_t before = home.log->reader().Newest()->signed_head.head.size;
    const auto made = home.Make(label);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_GE(made->head.head.size, before);
    const auto report = VerifyBackup({.path = made->path, .key = home.signer.verifier()});
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->good());
  }
  stopping = true;
  writer.join();
}

TEST(MakeBackup, RefusesATakenLabelAndABadOne) {
  BackupHome home;
  ASSERT_TRUE(home.Make("a").ok());
  const auto before = testing::BytesBelow(home.backups());
  EXPECT_EQ(
      home.Make("a").status(),
      absl::AlreadyExistsError("there is a backup with the label a\nfix: choose another label"));
  for (const char* bad : {"", "..", "a/b", "../escape"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(home.Make(bad).status()));
  }
  EXPECT_EQ(testing::BytesBelow(home.backups()), before);
}

TEST(MakeBackup, StoppedLeavesNothingBehind) {
  BackupHome home;
  home.Add(0, 300);
  const auto stopped = home.Make("a", [](const Step&) { return absl::CancelledError("enough"); });
  EXPECT_TRUE(absl::IsCancelled(stopped.status())) << stopped.status();
  EXPECT_THAT(NamesIn(home.backups()), ElementsAre(".lock"));
  EXPECT_FALSE(std::filesystem::exists(home.database() + "/checkpoint"));
  EXPECT_TRUE(home.Make("a").ok());
}

TEST(MakeBackup, RemovesWhatACrashLeftBehind) {
  BackupHome home;
  std::filesystem::create_directories(home.BackupPath("old.sumlog-partial/db"));
  std::filesystem::create_directories(home.BackupPath("a.sumlog-partial/db"));
  std::filesystem::create_directories(home.BackupPath("somebody-elses.partial"));
  std::filesystem::create_directories(home.database() + "/checkpoint");
  std::filesystem::create_directories(home.database() + "/checkpoint.tmp");
  ASSERT_TRUE(home.Make("a").ok());
  EXPECT_THAT(NamesIn(home.backups()), ElementsAre(".lock", "a", "somebody-elses.partial"));
}

TEST(MakeBackup, IsOneAtATime) {
  BackupHome home;
  ASSERT_EQ(home.Open(), absl::OkStatus());
  absl::Status inner;
  ASSERT_TRUE(home.Make("a",
                        [&](const Step&) {
                          inner = home.Make("b").status();
                          return absl::OkStatus();
                        })
                  .ok());
  EXPECT_TRUE(absl::IsUnavailable(inner)) << inner;
  EXPECT_THAT(std::string(inner.message()), HasSubstr("another backup"));
}

}  // namespace
}  // namespace sumlog::backup
