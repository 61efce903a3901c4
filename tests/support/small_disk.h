// A disk that a test can fill: a small tmpfs of its own, in a mount namespace that ends with this
// process.
//
// Where mounting is not permitted the tests are skipped, and say so; with CI set in the environment
// they fail instead, so that no automatic run is green without them. There is no second way that is
// as good: a limit on the size of files (RLIMIT_FSIZE) is another error (EFBIG) of one file at a
// time, and a disk that fails as told is what tests/storage has.

#ifndef SUMLOG_TESTS_SUPPORT_SMALL_DISK_H_
#define SUMLOG_TESTS_SUPPORT_SMALL_DISK_H_

#include <string>

#include "gtest/gtest.h"

namespace sumlog::testing {

// A fixture. Its tests share one disk of 48 MiB and leave it with room.
class SmallDiskTest : public ::testing::Test {
 protected:
  void SetUp() override;

  static std::string Path(const std::string& name);

  // Takes all the space that is left, with a file of that name.
  static void FillDisk(const std::string& name);
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_SMALL_DISK_H_
