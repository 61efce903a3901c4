// A folder of its own for one test, removed with everything in it when it goes.

#ifndef SUMLOG_TESTS_SUPPORT_TEMP_FOLDER_H_
#define SUMLOG_TESTS_SUPPORT_TEMP_FOLDER_H_

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/check.h"
#include "gtest/gtest.h"

namespace sumlog::testing {

class TempFolder {
 public:
  TempFolder() : path_(Base() + "/sumlog-XXXXXX") { CHECK(mkdtemp(path_.data()) != nullptr); }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  // In memory where that is possible: tests sync a lot, and none can pull the plug of a real disk.
  static std::string Base() {
    const bool chosen = std::getenv("TEST_TMPDIR") != nullptr;
    return !chosen && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : ::testing::TempDir();
  }

  std::string path_;
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_TEMP_FOLDER_H_
