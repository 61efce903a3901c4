// Goal: damage in the files of a real database is named, and the check goes on to the rest.
// Method: a log in RocksDB, closed; one byte of one of its table files flipped, at many places,
// then opened for reading only and checked.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "doctor/fsck.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/signed_log.h"
#include "support/small_sumdb.h"

namespace sumlog::doctor {
namespace {

namespace fs = std::filesystem;
using ::sumlog::testing::SignedLog;
using ::sumlog::testing::TestSigner;

constexpr std::uint64_t kRecords = 3000;

class FsckRocksDb : public ::testing::Test {
 protected:
  FsckRocksDb() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(::testing::TempDir()) / absl::StrCat("fsck_", test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    auto store = storage::OpenRocksDbStore(
        {.path = Database(), .create = true, .read_only = false, .cache_size_bytes = 8u << 20});
    EXPECT_TRUE(store.ok()) << store.status();
    SignedLog log(**store);
    log.AppendMadeUp(kRecords);
  }
  ~FsckRocksDb() override { fs::remove_all(folder_); }

  std::string Database() const { return (folder_ / "db").string(); }

  static absl::StatusOr<FsckReport> Check(const std::string& database) {
    auto store = storage::OpenRocksDbStore(
        {.path = database, .create = false, .read_only = true, .cache_size_bytes = 8u << 20});
    if (!store.ok()) return store.status();
    return Fsck(**store, {.keys = {TestSigner(testing::kSignedLogName).verifier()},
                          .progress = nullptr,
                          .every_leaf_row_up_to = 1u << 30});
  }

  std::vector<fs::path> TableFiles() const {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(Database())) {
      if (entry.path().extension() == ".sst") files.push_back(entry.path());
    }
    return files;
  }

  // A copy of the database with one byte of one file flipped.
  std::string DamagedCopy(const fs::path& file, std::uintmax_t place) const {
    const fs::path copy = folder_ / "copy";
    fs::remove_all(copy);
    fs::copy(Database(), copy);
    std::fstream stream(copy / file.filename(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(place));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(place));
    stream.put(static_cast<char>(byte ^ 0x10));
    return copy.string();
  }

  fs::path folder_;
};

TEST_F(FsckRocksDb, FindsNothingInASoundLog) {
  const absl::StatusOr<FsckReport> report = Check(Database());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->problem_count, 0u);
  EXPECT_EQ(report->records_checked, kRecords);
  EXPECT_EQ(report->index_rows_checked, kRecords);
}

TEST_F(FsckRocksDb, NamesAFlippedByteInAnyTableFileAndGoesOn) {
  const std::vector<fs::path> files = TableFiles();
  ASSERT_FALSE(files.empty());
  int checked = 0;
  int named = 0;
  for (const fs::path& file : files) {
    const std::uintmax_t size = fs::file_size(file);
    for (std::uintmax_t part = 0; part < 4; ++part) {
      // In the first four fifths of the file, where its data blocks are.
      const std::string copy = DamagedCopy(file, size * part / 5 + size / 10);
      const absl::StatusOr<FsckReport> report = Check(copy);
      SCOPED_TRACE(absl::StrCat(file.filename().string(), " part ", part));
      if (!report.ok()) {
        // Damage that keeps the database from opening at all is said at once.
        EXPECT_TRUE(absl::IsDataLoss(report.status())) << report.status();
        continue;
      }
      ++checked;
      named += report->problem_count > 0 ? 1 : 0;
      // One bad block takes some records with it, never all.
      EXPECT_EQ(report->tree_size, kRecords);
      EXPECT_GE(report->records_checked + report->index_rows_checked, kRecords);
    }
  }
  // A flipped byte may lie in what nobody reads (properties, old rows), most do not.
  EXPECT_GT(checked, 0);
  EXPECT_GE(named * 2, checked);
}

}  // namespace
}  // namespace sumlog::doctor
