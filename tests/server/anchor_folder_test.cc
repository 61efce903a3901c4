// Goal: the folder of an anchor is made where the log is, and nowhere else.
// Method: configurations that name anchors inside and outside a folder of the test.

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/log_directory.h"
#include "support/temp_folder.h"

namespace sumlog::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class AnchorFolder : public ::testing::Test {
 protected:
  absl::Status Make(const std::string& anchor) const {
    ops::Config config;
    config.dir = folder_.path() + "/log";
    config.log_anchor = anchor;
    return MakeAnchorFolder(config);
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  testing::TempFolder folder_;
};

TEST_F(AnchorFolder, IsMadeInsideTheDataDirectory) {
  for (const char* folder : {"log/anchor", "log/a/b", "log"}) {
    EXPECT_EQ(Make(Path(folder) + "/sum.example.com"), absl::OkStatus());
    EXPECT_TRUE(std::filesystem::is_directory(Path(folder))) << folder;
  }
  EXPECT_EQ(Make(Path("log/anchor/sum.example.com")), absl::OkStatus());  // it is there
}

TEST_F(AnchorFolder, IsNotMadeElsewhere) {
  for (const char* folder : {"disk", "log2", "log/../disk", "disk/sub"}) {
    const absl::Status refused = Make(Path(folder) + "/sum.example.com");
    EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << folder;
    EXPECT_THAT(std::string(refused.message()),
                AllOf(HasSubstr("is not there"), HasSubstr("\nwhy: "), HasSubstr("\nfix: mount")));
  }
  EXPECT_FALSE(std::filesystem::exists(Path("disk")));
  std::filesystem::create_directory(Path("disk"));
  EXPECT_EQ(Make(Path("disk/sum.example.com")), absl::OkStatus());
}

}  // namespace
}  // namespace sumlog::server
