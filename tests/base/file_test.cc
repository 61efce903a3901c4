// Goal: files are written whole or not at all, locks exclude, and errors name the path and the
// class. Method: each call in a temporary folder, next to the nearest situation in which it must
// refuse.

#include "base/file.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
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

// For root a device is as easily replaced as a file.
TEST_F(FileTest, ReplacesNothingThatIsNoFile) {
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("pipe", Path("link").c_str()), 0);
  for (const std::string name : {"pipe", "link"}) {
    const absl::Status status = ReplaceFileDurably(Path(name), "x", 0600);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("is no regular file"));
  }
  EXPECT_TRUE(std::filesystem::is_fifo(Path("pipe")));
  EXPECT_TRUE(std::filesystem::is_symlink(Path("link")));
  EXPECT_FALSE(std::filesystem::exists(Path("pipe.new")));
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

TEST_F(FileTest, NamesTheFolderOfAPath) {
  EXPECT_EQ(FolderOf("/a/b"), "/a");
  EXPECT_EQ(FolderOf("/a"), "/");
  EXPECT_EQ(FolderOf("a/b"), "a");
  EXPECT_EQ(FolderOf("a"), ".");
}

TEST_F(FileTest, WritesAllBytesWhereTheyBelong) {
  const FileDescriptor file(::open(Path("a").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_TRUE(file.valid());
  EXPECT_EQ(WriteAll(file.get(), "0123", Path("a")), absl::OkStatus());
  EXPECT_EQ(WriteAll(file.get(), "4567", Path("a")), absl::OkStatus());
  EXPECT_EQ(WriteAllAt(file.get(), 2, "xy", Path("a")), absl::OkStatus());
  EXPECT_EQ(*ReadFile(Path("a"), 100), "01xy4567");
  EXPECT_THAT(std::string(WriteAllAt(-1, 0, "x", Path("b")).message()), HasSubstr(Path("b")));
  EXPECT_FALSE(WriteAll(-1, "x", Path("b")).ok());
}

TEST_F(FileTest, RenamesToAFreeNameOnly) {
  ASSERT_EQ(CreateFileDurably(Path("from"), "new", 0600), absl::OkStatus());
  ASSERT_EQ(CreateFileDurably(Path("taken"), "old", 0600), absl::OkStatus());
  EXPECT_TRUE(absl::IsAlreadyExists(RenameDurablyToFreeName(Path("from"), Path("taken"))));
  EXPECT_EQ(*ReadFile(Path("taken"), 100), "old");
  EXPECT_EQ(*ReadFile(Path("from"), 100), "new");
  EXPECT_EQ(RenameDurablyToFreeName(Path("from"), Path("free")), absl::OkStatus());
  EXPECT_EQ(*ReadFile(Path("free"), 100), "new");
  EXPECT_TRUE(absl::IsNotFound(ReadFile(Path("from"), 100).status()));
  EXPECT_TRUE(absl::IsNotFound(RenameDurablyToFreeName(Path("from"), Path("other"))));
}

// Lets a system call fail with `error` in this process from now on, as file systems without it do.
void ForbidCall(std::uint32_t call, std::uint32_t error) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {.len = std::size(program), .filter = program};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    std::exit(99);
  }
}

using FileDeathTest = FileTest;

TEST_F(FileDeathTest, RenamesByHardLinkWhereRenamingAlwaysReplaces) {
  ASSERT_EQ(CreateFileDurably(Path("from"), "new", 0600), absl::OkStatus());
  ASSERT_EQ(CreateFileDurably(Path("taken"), "old", 0600), absl::OkStatus());
  EXPECT_EXIT(
      {
        ForbidCall(__NR_renameat2, EINVAL);
        const bool refused =
            absl::IsAlreadyExists(RenameDurablyToFreeName(Path("from"), Path("taken")));
        std::exit(refused && RenameDurablyToFreeName(Path("from"), Path("free")).ok() ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
  EXPECT_EQ(*ReadFile(Path("taken"), 100), "old");
  EXPECT_EQ(*ReadFile(Path("free"), 100), "new");
  EXPECT_TRUE(absl::IsNotFound(ReadFile(Path("from"), 100).status()));
}

TEST_F(FileDeathTest, SaysWhenADiskCanNeitherKeepANameNorLink) {
  ASSERT_EQ(CreateFileDurably(Path("from"), "new", 0600), absl::OkStatus());
  EXPECT_EXIT(
      {
        ForbidCall(__NR_renameat2, EINVAL);
        ForbidCall(__NR_link, EPERM);
        const absl::Status status = RenameDurablyToFreeName(Path("from"), Path("free"));
        std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
        std::exit(absl::IsUnavailable(status) ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "neither rename without replacing nor make hard links");
  EXPECT_EQ(*ReadFile(Path("from"), 100), "new");
  EXPECT_TRUE(absl::IsNotFound(ReadFile(Path("free"), 100).status()));
}

}  // namespace
}  // namespace sumlog
