// Goal: a zip is read from anything that can be read, no further than its bound, and leaves nothing
// behind.
// Method: files and pipes at the bound and one byte over it; the folder is looked at afterwards.

#include "modzip/zip_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/check.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/temp_folder.h"

namespace sumlog::modzip {
namespace {

using ::testing::HasSubstr;

// The reading end of a pipe that holds `text`, which must fit into a pipe.
FileDescriptor PipeWith(const std::string& text) {
  int ends[2];
  CHECK(::pipe(ends) == 0);
  const FileDescriptor writing(ends[1]);
  CHECK(::write(writing.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return FileDescriptor(ends[0]);
}

TEST(ZipFile, SpoolsAPipeAndLeavesNoName) {
  const testing::TempFolder folder;
  const auto zip = ZipFile::Spool(PipeWith("0123456789").get(), folder.path(), 10);
  ASSERT_TRUE(zip.ok()) << zip.status();
  EXPECT_EQ(zip->size_bytes(), 10u);
  EXPECT_EQ(*zip->ReadAt(0, 10), "0123456789");
  EXPECT_EQ(*zip->ReadAt(3, 4), "3456");
  EXPECT_EQ(*zip->ReadAt(10, 0), "");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ZipFile, DoesNotChangeWithTheFileItWasSpooledFrom) {
  const testing::TempFolder folder;
  const std::string path = folder.path() + "/a.zip";
  ASSERT_TRUE(CreateFileDurably(path, "before", 0600).ok());
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  const auto zip = ZipFile::Spool(file.get(), folder.path(), 100);
  ASSERT_EQ(::pwrite(file.get(), "AFTER!", 6, 0), 6);
  EXPECT_EQ(*zip->ReadAt(0, 6), "before");
}

TEST(ZipFile, RefusesOneByteOverTheBound) {
  const testing::TempFolder folder;
  const auto zip = ZipFile::Spool(PipeWith("0123456789").get(), folder.path(), 9);
  EXPECT_EQ(zip.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(zip.status().message(), "module zip is larger than 9 bytes");
}

TEST(ZipFile, NamesTheFolderItCannotWriteTo) {
  const auto zip = ZipFile::Spool(PipeWith("x").get(), "/nonexistent", 9);
  EXPECT_EQ(zip.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(zip.status().message()), HasSubstr("/nonexistent/"));
}

TEST(ZipFile, AdoptsARegularFileUpToTheBound) {
  const testing::TempFolder folder;
  const std::string path = folder.path() + "/a.zip";
  ASSERT_TRUE(CreateFileDurably(path, "0123456789", 0600).ok());
  const auto open = [&path] { return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); };
  EXPECT_EQ(*ZipFile::Adopt(open(), 10)->ReadAt(8, 2), "89");
  EXPECT_EQ(ZipFile::Adopt(open(), 9).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ZipFile::Adopt(PipeWith("x"), 9).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ZipFile, SaysThatItShrank) {
  const testing::TempFolder folder;
  const std::string path = folder.path() + "/a.zip";
  ASSERT_TRUE(CreateFileDurably(path, "0123456789", 0600).ok());
  const auto zip = ZipFile::Adopt(FileDescriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC)), 10);
  ASSERT_EQ(::ftruncate(zip->fd(), 5), 0);
  EXPECT_EQ(zip->ReadAt(0, 10).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace sumlog::modzip
