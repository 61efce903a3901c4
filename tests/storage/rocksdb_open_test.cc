// Goal: opening tells apart no database, a damaged one, one in use and one of another format, and
// a reader beside a writer sees what was there when it opened, whatever the writer does.
// Method: databases made and bent by hand, with RocksDB itself where that is needed.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "gmock/gmock.h"
#include "rocksdb/db.h"
#include "storage/memory/memory_store.h"
#include "storage/rocksdb_home.h"
#include "support/store_compare.h"

namespace sumlog::testing {
namespace {

using storage::CommitBatch;
using storage::LogStore;
using storage::OpenRocksDbStore;
using storage::RocksDbOptions;
using ::testing::HasSubstr;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

// Opens the database with RocksDB itself, with all the column families that it has.
template <typename Change>
void ChangeByHand(const std::string& path, Change change) {
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), path, families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  change(*db);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  }
}

// Name, size and time of change of every file in the folder.
std::map<std::string, std::string> FolderState(const std::string& path) {
  std::map<std::string, std::string> state;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    struct stat info = {};
    EXPECT_EQ(stat(entry.path().c_str(), &info), 0);
    state[entry.path()] = std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) +
                          " " + std::to_string(info.st_mtim.tv_nsec);
  }
  return state;
}

TEST(OpenRocksDbStore, FindsNoDatabaseWhereThereIsNone) {
  const TempFolder folder;
  for (const bool read_only : {false, true}) {
    const RocksDbOptions options{.path = folder.path() + "/db", .read_only = read_only};
    EXPECT_TRUE(absl::IsNotFound(OpenRocksDbStore(options).status()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(OpenRocksDbStore, DoesNotMakeADatabaseOverAnother) {
  RocksDbHome home;
  home.Close();
  RocksDbOptions options = home.options();
  options.create = true;
  EXPECT_TRUE(absl::IsAlreadyExists(OpenRocksDbStore(options).status()));
  home.Open();
}

TEST(OpenRocksDbStore, TakesUpAMakingThatWasInterrupted) {
  const TempFolder folder;
  RocksDbOptions options{.path = folder.path() + "/db"};
  {
    rocksdb::Options by_hand;
    by_hand.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(by_hand, options.path, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
  }
  EXPECT_TRUE(absl::IsNotFound(OpenRocksDbStore(options).status()));
  options.create = true;
  EXPECT_EQ(OpenRocksDbStore(options).status(), absl::OkStatus());
  options.create = false;
  EXPECT_EQ(OpenRocksDbStore(options).status(), absl::OkStatus());
}

TEST(OpenRocksDbStore, RefusesAFormatThatItDoesNotKnow) {
  RocksDbHome home;
  home.Close();
  ChangeByHand(home.options().path, [](rocksdb::DB& db) {
    ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), "format", "2").ok());
    rocksdb::ColumnFamilyHandle* added = nullptr;
    ASSERT_TRUE(
        db.CreateColumnFamily(rocksdb::ColumnFamilyOptions(), "of the future", &added).ok());
    ASSERT_TRUE(db.DestroyColumnFamilyHandle(added).ok());
  });
  for (const bool read_only : {false, true}) {
    RocksDbOptions options = home.options();
    options.read_only = read_only;
    const absl::Status status = OpenRocksDbStore(options).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(Message(status),
                HasSubstr("has format version 2, this program knows version 1 only"));
  }
}

TEST(OpenRocksDbStore, CallsAMissingColumnFamilyDamage) {
  RocksDbHome home;
  home.Close();
  ChangeByHand(home.options().path, [](rocksdb::DB& db) {
    rocksdb::ColumnFamilyHandle* added = nullptr;
    ASSERT_TRUE(db.CreateColumnFamily(rocksdb::ColumnFamilyOptions(), "stranger", &added).ok());
    ASSERT_TRUE(db.DestroyColumnFamilyHandle(added).ok());
  });
  EXPECT_TRUE(absl::IsDataLoss(OpenRocksDbStore(home.options()).status()));
}

TEST(OpenRocksDbStore, RefusesADatabaseThatIsInUse) {
  RocksDbHome home;
  const absl::Status status = OpenRocksDbStore(home.options()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("is in use by another process"));
  BatchBuilder builder;
  EXPECT_EQ(home.store().Commit(builder.First()), absl::OkStatus());
  home.Reopen();
}

TEST(OpenRocksDbStore, CallsAMissingFileDamage) {
  RocksDbHome home;
  BatchBuilder builder;
  ASSERT_EQ(home.store().CommitBulk(builder.First()), absl::OkStatus());
  ASSERT_EQ(home.store().CommitBulk(builder.NextMadeUp(300)), absl::OkStatus());
  home.Close();
  for (const auto& entry : std::filesystem::directory_iterator(home.options().path)) {
    if (entry.path().extension() != ".sst") continue;
    std::filesystem::rename(entry.path(), entry.path().string() + ".away");
    EXPECT_TRUE(absl::IsDataLoss(OpenRocksDbStore(home.options()).status())) << entry.path();
    std::filesystem::rename(entry.path().string() + ".away", entry.path());
  }
}

TEST(OpenRocksDbStore, RemovesTheFilesOfAnInterruptedBulkCommit) {
  RocksDbHome home;
  home.Close();
  const std::string left_over = home.options().path + "/bulk/3.sst";
  std::ofstream(left_over) << "half a file";
  home.Open();
  EXPECT_FALSE(std::filesystem::exists(left_over));
}

class ReadOnly : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const CommitBatch& batch :
         {builder_.First(), builder_.NextMadeUp(700), builder_.NextMadeUp(90)}) {
      ASSERT_EQ(home_.store().Commit(batch), absl::OkStatus());
      ASSERT_EQ(model_->Commit(batch), absl::OkStatus());
    }
  }

  std::unique_ptr<LogStore> OpenReader() {
    RocksDbOptions options = home_.options();
    options.read_only = true;
    absl::StatusOr<std::unique_ptr<LogStore>> reader = OpenRocksDbStore(options);
    EXPECT_EQ(reader.status(), absl::OkStatus());
    return reader.ok() ? *std::move(reader) : nullptr;
  }

  RocksDbHome home_;
  BatchBuilder builder_;
  const std::unique_ptr<LogStore> model_ = storage::NewMemoryStore();
};

TEST_F(ReadOnly, WritesNothing) {
  ASSERT_EQ(home_.store().PutState("k", "v"), absl::OkStatus());
  home_.Close();
  const std::map<std::string, std::string> before = FolderState(home_.options().path);
  {
    const std::unique_ptr<LogStore> reader = OpenReader();
    ASSERT_NE(reader, nullptr);
    EXPECT_TRUE(SameAnswers(*reader, *model_));
    EXPECT_EQ(*reader->GetState("k"), "v");
    const CommitBatch batch = builder_.NextMadeUp(1);
    EXPECT_TRUE(absl::IsFailedPrecondition(reader->Commit(batch)));
    EXPECT_TRUE(absl::IsFailedPrecondition(reader->CommitBulk(batch)));
    EXPECT_TRUE(absl::IsFailedPrecondition(reader->PutState("k", "w")));
  }
  EXPECT_EQ(FolderState(home_.options().path), before);
}

TEST_F(ReadOnly, SeesWhatWasThereWhenItOpenedWhateverTheWriterDoes) {
  const std::unique_ptr<LogStore> reader = OpenReader();
  ASSERT_NE(reader, nullptr);
  for (int i = 0; i < 8; ++i) {
    ASSERT_EQ(home_.store().CommitBulk(builder_.NextMadeUp(400)), absl::OkStatus());
    ASSERT_EQ(home_.store().Commit(builder_.NextMadeUp(30)), absl::OkStatus());
    home_.Reopen();  // flushes, and removes files that are not needed any more
  }
  EXPECT_TRUE(SameAnswers(*reader, *model_));
  EXPECT_EQ(OpenReader()->SignedHead()->size, builder_.size());
}

// Each opening beside a busy writer finds some state that was committed, whole.
TEST_F(ReadOnly, OpensAtAnyMoment) {
  std::vector<CommitBatch> batches;
  for (int i = 0; i < 40; ++i) batches.push_back(builder_.NextMadeUp(i % 4 == 0 ? 500 : 20));
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (std::size_t i = 0; i < batches.size(); ++i) {
      EXPECT_EQ(
          i % 4 == 0 ? home_.store().CommitBulk(batches[i]) : home_.store().Commit(batches[i]),
          absl::OkStatus());
    }
    done = true;
  });
  int opened = 0;
  while (!done || opened < 3) {
    const std::unique_ptr<LogStore> reader = OpenReader();
    if (reader == nullptr) break;
    ++opened;
    const std::uint64_t size = reader->SignedHead()->size;
    for (const std::uint64_t number : {std::uint64_t{0}, size / 2, size - 1}) {
      EXPECT_EQ(reader->Record(number).value_or("none"), TestRecord(number));
      EXPECT_EQ(reader->Find(TestKey(number)).value_or(size), number);
      EXPECT_EQ(reader->FindLeaf(tlog::LeafHash(TestRecord(number))).value_or(size), number);
    }
    EXPECT_EQ(reader->DataTile((size - 1) / 256).status(), absl::OkStatus());
    EXPECT_EQ(reader->HashTile(0, (size - 1) / 256).status(), absl::OkStatus());
    EXPECT_EQ(reader->HashTile(1, 0).status(), absl::OkStatus());
  }
}

}  // namespace
}  // namespace sumlog::testing
