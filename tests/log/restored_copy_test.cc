// Goal: a database that was restored from an older copy never signs and never serves.
// Method: real RocksDB folders, copied while the log is closed, as a restore would; the anchor
// stays.

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/log_on_disk.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::MakeRecords;
using ::testing::AllOf;
using ::testing::HasSubstr;

class RestoredCopy : public LogOnDisk {
 protected:
  // Opens, adds records from number `first` on, and closes.
  void Add(std::uint64_t first, std::uint64_t count) const {
    auto log = Open();
    ASSERT_TRUE(log.ok()) << log.status();
    ASSERT_TRUE((*log)
                    ->sequencer()
                    .AddAndWait({.records = MakeRecords(first, count), .provenance = {}})
                    .ok());
  }

  void Copy(const std::string& from, const std::string& to) const {
    std::filesystem::remove_all(Path(to));
    std::filesystem::copy(Path(from), Path(to), std::filesystem::copy_options::recursive);
  }
};

TEST_F(RestoredCopy, BesideANewerAnchorIsRefusedUntilTheNewestIsBack) {
  Add(0, 300);
  Copy("db", "older");
  Add(300, 7);
  Copy("db", "newest");
  Copy("older", "db");
  for (int tries = 0; tries < 2; ++tries) {  // the refusal changes nothing
    const absl::Status refused = Open().status();
    EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
    EXPECT_THAT(std::string(refused.message()),
                AllOf(HasSubstr("have  tree 300 of "), HasSubstr("seen  tree 307 of "),
                      HasSubstr(Path("anchor"))));
  }
  Copy("newest", "db");
  Add(307, 1);
}

TEST_F(RestoredCopy, BesideAnOlderAnchorIsFine) {
  Add(0, 300);
  Copy("anchor", "older");
  Add(300, 7);
  Copy("older", "anchor");
  Add(307, 1);
}

TEST_F(RestoredCopy, OfTheWholeFolderOnAnotherTimelineIsFoundByAnAnchorElsewhere) {
  Add(0, 300);
  Copy("db", "older");
  Copy("anchor", "older-anchor");
  Add(300, 7);
  Copy("anchor", "elsewhere");
  // Restored with its anchor, it does not know better and goes on: another 307 records.
  Copy("older", "db");
  Copy("older-anchor", "anchor");
  Add(1000, 7);
  Copy("elsewhere", "anchor");
  EXPECT_TRUE(absl::IsDataLoss(Open().status()));
}

}  // namespace
}  // namespace sumlog::log
