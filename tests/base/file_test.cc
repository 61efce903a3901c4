// Goal: files are written whole or not at all, locks exclude, and errors name the path and the
// class. Method: each call in a temporary folder, next to the nearest situation in which it must
// refuse.

#include "base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog {
namespace {

using ::testing::HasSubstr;

class FileTest : public ::testing::Test {
 protected:
  FileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "file_test.XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
  }
  ~FileTest() override { std::filesystem::remove_all(dir_); }

  std::string Path(const std::string& name) const { return dir_ + "/" + name; }

  std::string dir_;
};

mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

TEST_F(FileTest, ReadsWhatWasCreated) {
  ASSERT_EQ(CreateFileDurably(Path("a"), "content\n", 0600), absl::OkStatus());
  EXPECT_EQ(*ReadFile(Path("a"), 100), "content\n");
  EXPECT_EQ(ModeOf(Path("a")), 0600u);
}

TEST_F(FileTest, CreateLeavesAnExistingFileAlone) {
  ASSERT_EQ(CreateFileDurably(Path("a"), "first", 0600), absl::OkStatus());
  const absl::Status again = CreateFileDurably(Path("a"), "second", 0600);
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(*ReadFile(Path("a"), 100), "first");
}

TEST_F(FileTest, ReadsUpToTheBoundAndNotOneByteMore) {
  ASSERT_EQ(CreateFileDurably(Path("a"), "12345", 0600), absl::OkStatus());
  EXPECT_EQ(*ReadFile(Path("a"), 5), "12345");
  const absl::StatusOr<std::string> longer = ReadFile(Path("a"), 4);
  EXPECT_EQ(longer.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(longer.status().message()), HasSubstr("longer than 4 bytes"));
}

TEST_F(FileTest, NamesTheMissingFile) {
  const absl::StatusOr<std::string> missing = ReadFile(Path("missing"), 10);
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr(Path("missing")));
}

TEST_F(FileTest, ReplacesTheWholeContent) {
  ASSERT_EQ(CreateFileDurably(Path("a"), "a longer first content", 0600), absl::OkStatus());
  ASSERT_EQ(ReplaceFileDurably(Path("a"), "second", 0640), absl::OkStatus());
  EXPECT_EQ(*ReadFile(Path("a"), 100), "second");
  EXPECT_EQ(ModeOf(Path("a")), 0640u);
}

TEST_F(FileTest, ReplaceIgnoresWhatACrashLeftBehind) {
  ASSERT_EQ(CreateFileDurably(Path("a.new"), "half of a wri", 0600), absl::OkStatus());
  ASSERT_EQ(ReplaceFileDurably(Path("a"), "whole", 0600), absl::OkStatus());
  EXPECT_EQ(*ReadFile(Path("a"), 100), "whole");
  EXPECT_FALSE(std::filesystem::exists(Path("a.new")));
}

TEST_F(FileTest, ReplaceInAMissingFolderChangesNothing) {
  EXPECT_EQ(ReplaceFileDurably(Path("no/a"), "x", 0600).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(std::filesystem::is_empty(dir_));
}

TEST_F(FileTest, MakesFoldersAllTheWayDown) {
  ASSERT_EQ(MakeDirectories(Path("a/b/c"), 0700), absl::OkStatus());
  EXPECT_EQ(ModeOf(Path("a/b/c")), 0700u);
  EXPECT_EQ(MakeDirectories(Path("a/b/c"), 0755), absl::OkStatus());
  EXPECT_EQ(ModeOf(Path("a/b/c")), 0700u);  // an existing folder keeps its mode
}

TEST_F(FileTest, MakesNoFolderWhereAFileIs) {
  ASSERT_EQ(CreateFileDurably(Path("a"), "", 0600), absl::OkStatus());
  EXPECT_EQ(MakeDirectories(Path("a")).code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(FileTest, ALockExcludesASecondHolderUntilItGoes) {
  {
    const absl::StatusOr<FileLock> first = FileLock::Acquire(Path("lock"));
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_EQ(FileLock::Acquire(Path("lock")).status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_TRUE(FileLock::Acquire(Path("lock")).ok());
}

TEST_F(FileTest, AMovedLockIsStillHeld) {
  absl::StatusOr<FileLock> first = FileLock::Acquire(Path("lock"));
  ASSERT_TRUE(first.ok()) << first.status();
  const FileLock moved = *std::move(first);
  EXPECT_EQ(FileLock::Acquire(Path("lock")).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ErrnoToStatus, SaysWhatWhereAndWhy) {
  const absl::Status full = ErrnoToStatus(ENOSPC, "write", "/log/db");
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(full.message(), "write /log/db: No space left on device");
  EXPECT_EQ(ErrnoToStatus(EIO, "write", "x").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrnoToStatus(EACCES, "open", "x").code(), absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace sumlog
