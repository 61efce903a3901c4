// Goal: whatever bit of the database flips, the store says kDataLoss or still tells the truth.
// Method: a database with sorted files, flushed rows and a write-ahead log is copied; bits all over
// its files are flipped one at a time, and everything is asked; also the bits that make a piece of
// a log look as if a crash had torn it off.

#include <filesystem>
#include <fstream>
#include <random>

#include "base/file.h"
#include "storage/memory/memory_store.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/batch_builder.h"
#include "support/nightly.h"
#include "support/store_compare.h"
#include "support/temp_folder.h"

namespace sumlog::testing {
namespace {

using storage::CommitBatch;
using storage::LogStore;

class Damage : public ::testing::Test {
 protected:
  void SetUp() override {
    options_ = {.path = folder_.path() + "/origin", .create = true};
    Open();
    Add(builder_.First(), true);
    Add(builder_.NextMadeUp(300), true);
    Add(builder_.NextMadeUp(2), false);
    Reopen();  // what was in the log is in files now
    Add(builder_.NextMadeUp(250), false);
    Reopen();
    for (const std::uint64_t count : {1u, 3u, 300u, 2u}) Add(builder_.NextMadeUp(count), false);
    std::filesystem::copy(options_.path, folder_.path() + "/crashed",
                          std::filesystem::copy_options::recursive);
    store_.reset();
  }

  void Open() {
    absl::StatusOr<std::unique_ptr<LogStore>> store = storage::OpenRocksDbStore(options_);
    ASSERT_EQ(store.status(), absl::OkStatus());
    store_ = *std::move(store);
    options_.create = false;
  }

  void Reopen() {
    store_.reset();
    Open();
  }

  void Add(const CommitBatch& batch, bool bulk) {
    ASSERT_EQ(bulk ? store_->CommitBulk(batch) : store_->Commit(batch), absl::OkStatus());
    batches_.push_back(batch);
  }

  // The model after the commit that made a head of `size`; null: there was none.
  const LogStore* ModelOf(std::uint64_t size) {
    if (models_.count(size) == 0) {
      std::unique_ptr<LogStore> model = storage::NewMemoryStore();
      for (const CommitBatch& batch : batches_) {
        EXPECT_EQ(model->Commit(batch), absl::OkStatus());
        if (batch.head.size == size) {
          models_[size] = std::move(model);
          break;
        }
      }
    }
    return models_[size].get();
  }

  static void FlipBit(const std::string& path, std::uint64_t bit) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto offset = static_cast<std::streamoff>(bit / 8);
    char byte = 0;
    file.seekg(offset).read(&byte, 1);
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    file.seekp(offset).write(&byte, 1);
    ASSERT_TRUE(file.good());
  }

  // Flips one bit of `file` in a fresh copy of `origin`, and judges.
  void FlipAndAsk(const std::string& origin, const std::string& file, std::uint64_t bit) {
    SCOPED_TRACE(file + " bit " + std::to_string(bit));
    storage::RocksDbOptions options{.path = folder_.path() + "/copy"};
    std::filesystem::remove_all(options.path);
    std::filesystem::copy(folder_.path() + "/" + origin, options.path,
                          std::filesystem::copy_options::recursive);
    FlipBit(options.path + "/" + file, bit);
    const absl::StatusOr<std::unique_ptr<LogStore>> store = storage::OpenRocksDbStore(options);
    if (!store.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(store.status())) << store.status();
      return;
    }
    const absl::StatusOr<storage::StoredHead> head = (*store)->SignedHead();
    if (absl::IsDataLoss(head.status())) return;
    ASSERT_EQ(head.status(), absl::OkStatus());
    const LogStore* const model = ModelOf(head->size);
    ASSERT_NE(model, nullptr);
    EXPECT_TRUE(SameAnswersOrDataLoss(**store, *model));
    EXPECT_EQ(head->size, builder_.size());
  }

  TempFolder folder_;
  storage::RocksDbOptions options_;
  std::unique_ptr<LogStore> store_;
  BatchBuilder builder_;
  std::vector<CommitBatch> batches_;
  std::map<std::uint64_t, std::unique_ptr<LogStore>> models_;
};

bool IsData(const std::filesystem::path& path) {
  const std::string name = path.filename();
  return path.extension() == ".sst" || path.extension() == ".log" || name == "CURRENT" ||
         name.rfind("MANIFEST", 0) == 0;
}

TEST_F(Damage, IsNeverAnsweredWith) {
  const int flips_per_file = IsNightly() ? 20 : 2;
  std::mt19937_64 random(7);
  for (const std::string origin : {"origin", "crashed"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path() + "/" + origin)) {
      if (!entry.is_regular_file() || !IsData(entry.path()) || entry.file_size() == 0) continue;
      for (int i = 0; i < flips_per_file && !HasFailure(); ++i) {
        FlipAndAsk(origin, entry.path().filename(), random() % (8 * entry.file_size()));
      }
    }
  }
}

// Offsets of the headers (checksum, length, type) of the pieces of a log file of RocksDB.
std::vector<std::uint64_t> HeaderOffsets(const std::string& path) {
  constexpr std::uint64_t kBlockBytes = 32u << 10;
  constexpr std::uint64_t kHeaderBytes = 7;
  const std::string bytes = *ReadFile(path, 64u << 20);
  std::vector<std::uint64_t> offsets;
  std::uint64_t offset = 0;
  while (offset + kHeaderBytes <= bytes.size()) {
    if (kBlockBytes - offset % kBlockBytes < kHeaderBytes) {
      offset += kBlockBytes - offset % kBlockBytes;
      continue;
    }
    offsets.push_back(offset);
    const auto low = static_cast<unsigned char>(bytes[offset + 4]);
    const auto high = static_cast<unsigned char>(bytes[offset + 5]);
    offset += kHeaderBytes + low + 256u * high;
  }
  return offsets;
}

// The nearest thing to a torn write: a length that reaches beyond the end of the file.
TEST_F(Damage, OfALengthInALogIsNotTakenForATornWrite) {
  for (const std::string origin : {"origin", "crashed"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path() + "/" + origin)) {
      const std::string name = entry.path().filename();
      if (entry.path().extension() != ".log" && name.rfind("MANIFEST", 0) != 0) continue;
      for (const std::uint64_t offset : HeaderOffsets(entry.path())) {
        if (HasFailure()) return;
        FlipAndAsk(origin, name, 8 * (offset + 5) + 6);
      }
    }
  }
}

TEST_F(Damage, ByAWriteThatWasTornOffTakesThatCommitAlone) {
  std::mt19937_64 random(11);
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path() + "/crashed")) {
    if (entry.path().extension() != ".log" || entry.file_size() == 0) continue;
    for (int i = 0; i < 25 && !HasFailure(); ++i) {
      const std::uint64_t kept_bytes = random() % entry.file_size();
      SCOPED_TRACE(kept_bytes);
      storage::RocksDbOptions options{.path = folder_.path() + "/copy"};
      std::filesystem::remove_all(options.path);
      std::filesystem::copy(folder_.path() + "/crashed", options.path,
                            std::filesystem::copy_options::recursive);
      std::filesystem::resize_file(options.path + "/" + entry.path().filename().string(),
                                   kept_bytes);
      const absl::StatusOr<std::unique_ptr<LogStore>> store = storage::OpenRocksDbStore(options);
      ASSERT_EQ(store.status(), absl::OkStatus());
      const LogStore* const model = ModelOf((*store)->SignedHead()->size);
      ASSERT_NE(model, nullptr);
      EXPECT_TRUE(SameAnswers(**store, *model));
    }
  }
}

}  // namespace
}  // namespace sumlog::testing
