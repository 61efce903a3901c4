// Goal: a copy that is made while a writer goes on is a database of its own, whole, of one moment
// of the copying, and to read it changes none of its bytes. Method: a writer on a thread of its
// own; each copy is compared with the model at the copy's size.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/batch_builder.h"
#include "support/store_compare.h"
#include "support/temp_folder.h"

namespace sumlog::testing {
namespace {

using storage::OpenRocksDbStore;
using storage::RocksDbStore;

constexpr std::uint64_t kRecordsPerCommit = 37;
constexpr int kMaxCommits = 50;  // to compare what they wrote takes long

std::map<std::string, std::string> BytesOf(const std::string& folder) {
  std::map<std::string, std::string> bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::string& content = bytes[entry.path()];  // of a folder: empty
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    content = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return bytes;
}

class RocksDbCopy : public ::testing::Test {
 protected:
  RocksDbCopy() {
    auto store = OpenRocksDbStore({.path = Path("db"), .create = true});
    CHECK(store.ok());
    store_ = *std::move(store);
    CHECK(store_->Commit(builder_.First()).ok());
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  TempFolder folder_;
  std::unique_ptr<RocksDbStore> store_;
  BatchBuilder builder_;
};

TEST_F(RocksDbCopy, IsWholeAtAMomentOfTheCopyingWhileAWriterGoesOn) {
  std::atomic<bool> stopping = false;
  std::atomic<int> commits = 0;
  std::thread writer([&] {
    while (!stopping && commits < kMaxCommits) {
      const auto batch = builder_.NextMadeUp(kRecordsPerCommit);
      ASSERT_TRUE((commits % 5 == 4 ? store_->CommitBulk(batch) : store_->Commit(batch)).ok());
      ++commits;
    }
  });
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t before = store_->SignedHead()->size;
    const std::string path = Path(absl::StrCat("copy", i));
    ASSERT_EQ(store_->CopyTo(path), absl::OkStatus());
    const std::uint64_t after = store_->SignedHead()->size + kRecordsPerCommit;
    const auto bytes = BytesOf(path);
    {
      const auto copy = OpenRocksDbStore({.path = path, .read_only = true});
      ASSERT_TRUE(copy.ok()) << copy.status();
      const std::uint64_t size = (*copy)->SignedHead()->size;
      EXPECT_GE(size, before);
      EXPECT_LE(size, after);
      BatchBuilder same;
      const auto model = storage::NewMemoryStore();
      ASSERT_TRUE(model->Commit(same.First()).ok());
      while (same.size() < size) {
        ASSERT_TRUE(model->Commit(same.NextMadeUp(kRecordsPerCommit)).ok());
      }
      EXPECT_TRUE(SameAnswers(**copy, *model));
    }
    EXPECT_EQ(BytesOf(path), bytes);
  }
  stopping = true;
  writer.join();
  EXPECT_GT(commits, 0);
}

TEST_F(RocksDbCopy, GoesItsOwnWayFromThenOn) {
  ASSERT_TRUE(store_->Commit(builder_.NextMadeUp(300)).ok());
  ASSERT_EQ(store_->CopyTo(Path("copy")), absl::OkStatus());
  const auto bytes = BytesOf(Path("copy"));
  ASSERT_TRUE(store_->CommitBulk(builder_.NextMadeUp(300)).ok());
  EXPECT_EQ(BytesOf(Path("copy")), bytes);
  const auto copy = OpenRocksDbStore({.path = Path("copy")});
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ((*copy)->SignedHead()->size, 300u);
}

TEST_F(RocksDbCopy, RefusesAFolderThatIsThereAndAStoreThatOnlyReads) {
  std::filesystem::create_directory(Path("copy"));
  EXPECT_TRUE(absl::IsAlreadyExists(store_->CopyTo(Path("copy"))));
  const auto reader = OpenRocksDbStore({.path = Path("db"), .read_only = true});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_TRUE(absl::IsFailedPrecondition((*reader)->CopyTo(Path("other"))));
  EXPECT_FALSE(std::filesystem::exists(Path("other")));
}

TEST_F(RocksDbCopy, RemovesWhatAnInterruptedCopyLeftBehind) {
  std::filesystem::create_directories(Path("copy.tmp/deeper"));
  ASSERT_EQ(store_->CopyTo(Path("copy")), absl::OkStatus());
  EXPECT_FALSE(std::filesystem::exists(Path("copy.tmp")));
}

}  // namespace
}  // namespace sumlog::testing
