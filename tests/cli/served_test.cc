// Goal: asking who has a directory says the truth and never keeps anybody from taking it.
// Method: one thread asks without pause while another takes the lock and lets it go.

#include "cli/served.h"

#include <thread>

#include "base/file.h"
#include "base/thread.h"
#include "gtest/gtest.h"
#include "support/temp_folder.h"

namespace sumlog::cli {
namespace {

TEST(IsLocked, SaysWhetherSomebodyHasTheLock) {
  const testing::TempFolder folder;
  const std::string path = folder.path() + "/lock";
  EXPECT_EQ(*IsLocked(path), false);  // there is no file yet
  {
    const auto lock = FileLock::Acquire(path);
    ASSERT_TRUE(lock.ok()) << lock.status();
    EXPECT_EQ(*IsLocked(path), true);
  }
  EXPECT_EQ(*IsLocked(path), false);
}

TEST(IsLocked, NeverGetsInTheWay) {
  const testing::TempFolder folder;
  const std::string path = folder.path() + "/lock";
  ASSERT_TRUE(FileLock::Acquire(path).ok());
  std::jthread asking([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) EXPECT_TRUE(IsLocked(path).ok());
  });
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(FileLock::Acquire(path).ok()) << i;
}

}  // namespace
}  // namespace sumlog::cli
