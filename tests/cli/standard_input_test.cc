// Goal: DescriptorStream hands on every byte, and never takes a failed read for the end.

#include "cli/standard_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <iterator>
#include <string>

#include "base/file.h"
#include "gtest/gtest.h"
#include "support/temp_folder.h"

namespace sumlog::cli {
namespace {

TEST(DescriptorStream, ReadsToTheEnd) {
  const testing::TempFolder folder;
  const std::string path = folder.path() + "/input";
  const std::string bytes = std::string(200'000, 'x') + '\n' + std::string("\0\xff", 2);
  ASSERT_TRUE(CreateFileDurably(path, bytes, 0600).ok());
  const FileDescriptor file(::open(path.c_str(), O_RDONLY));
  DescriptorStream in(file.get());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), bytes);
  EXPECT_FALSE(in.bad());
}

TEST(DescriptorStream, IsBadAfterAFailedRead) {
  const testing::TempFolder folder;
  const FileDescriptor directory(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
  for (const int fd : {directory.get(), -1}) {
    DescriptorStream in(fd);
    std::array<char, 16> space = {};
    in.read(space.data(), space.size());
    EXPECT_EQ(in.gcount(), 0);
    EXPECT_TRUE(in.bad());
  }
}

}  // namespace
}  // namespace sumlog::cli
