// Goal: whatever step of a write the disk refuses, tears or loses, the store is as before the
// write or as after it, says what happened, and works again when the disk does.
// Method: a store with an unfinished tile is copied for each step k; then step k of a commit, a
// bulk commit and a change of state fails in each way. Every answer is compared with the model's. A
// bulk commit has some 150 steps: outside the nightly form each test takes every third of them, not
// the same ones as its neighbour.

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "rocksdb/env.h"
#include "storage/faulty_disk.h"
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

// One way of writing, and what it was when the step failed.
struct WriteKind {
  std::string name;
  std::function<absl::Status(LogStore&, const CommitBatch&)> write;
};

const WriteKind kCommit = {
    "commit", [](LogStore& store, const CommitBatch& batch) { return store.Commit(batch); }};
const WriteKind kBulk = {
    "bulk", [](LogStore& store, const CommitBatch& batch) { return store.CommitBulk(batch); }};

constexpr std::uint64_t kSizeBefore = 456;  // an unfinished tile of 200 records

class DiskFailure : public ::testing::TestWithParam<WriteKind> {
 protected:
  void SetUp() override {
    // A store that was written in both ways.
    storage::RocksDbOptions options{.path = folder_.path() + "/origin", .create = true};
    absl::StatusOr<std::unique_ptr<LogStore>> store = storage::OpenRocksDbStore(options);
    ASSERT_EQ(store.status(), absl::OkStatus());
    for (const CommitBatch& batch :
         {builder_.First(), builder_.NextMadeUp(300), builder_.NextMadeUp(156)}) {
      ASSERT_EQ((*store)->CommitBulk(batch), absl::OkStatus());
      ASSERT_EQ(before_->Commit(batch), absl::OkStatus());
      ASSERT_EQ(after_->Commit(batch), absl::OkStatus());
    }
    const CommitBatch last = builder_.NextMadeUp(0);
    ASSERT_EQ((*store)->Commit(last), absl::OkStatus());
    ASSERT_EQ(before_->Commit(last), absl::OkStatus());
    ASSERT_EQ(after_->Commit(last), absl::OkStatus());
    batch_ = builder_.NextMadeUp(100);  // completes the tile and begins another
    ASSERT_EQ(after_->Commit(batch_), absl::OkStatus());
  }

  // Opens a fresh copy of the store of SetUp on the faulty disk.
  void OpenCopy() {
    store_.reset();
    disk_->Heal();
    options_.path = folder_.path() + "/copy";
    options_.env_for_test = env_.get();
    std::filesystem::remove_all(options_.path);
    std::filesystem::copy(folder_.path() + "/origin", options_.path,
                          std::filesystem::copy_options::recursive);
    Open();
  }

  void Open() {
    absl::StatusOr<std::unique_ptr<LogStore>> store = storage::OpenRocksDbStore(options_);
    ASSERT_EQ(store.status(), absl::OkStatus());
    store_ = *std::move(store);
  }

  absl::Status Write() { return GetParam().write(*store_, batch_); }

  // Calls judge with what the write said when step k failed, for k = 0, 1, … until the write
  // survives. When steps are left out, it begins with step `phase` (0 to 2).
  void ForEachStep(FaultyDisk::Fault fault, std::uint64_t phase,
                   const std::function<void(const absl::Status&)>& judge) {
    constexpr std::uint64_t kMaxSteps = 1000;
    const bool all = IsNightly() || GetParam().name != kBulk.name;
    for (fault.after_steps = all ? 0 : phase; fault.after_steps < kMaxSteps;
         fault.after_steps += all ? 1 : 3) {
      SCOPED_TRACE(fault.after_steps);
      OpenCopy();
      if (HasFatalFailure()) return;
      disk_->Break(fault);
      const absl::Status status = Write();
      const bool failed = disk_->failures() > 0;
      if (!failed) {
        ASSERT_EQ(status, absl::OkStatus());
        ASSERT_GT(fault.after_steps, 1u);  // a durable write has an append and a sync at least
        return;
      }
      judge(status);
      if (HasFailure()) return;
    }
    FAIL() << "the write never succeeded";
  }

  // The store as it is on disk is the one before the write, or the one after it.
  ::testing::AssertionResult IsBeforeOrAfter() {
    const bool is_after = store_->SignedHead().value_or(storage::StoredHead{}).size > kSizeBefore;
    return SameAnswers(*store_, is_after ? *after_ : *before_);
  }

  TempFolder folder_;
  BatchBuilder builder_;
  CommitBatch batch_;
  const std::unique_ptr<LogStore> before_ = storage::NewMemoryStore();
  const std::unique_ptr<LogStore> after_ = storage::NewMemoryStore();
  // Shared: the environment keeps the disk too.
  const std::shared_ptr<FaultyDisk> disk_ = std::make_shared<FaultyDisk>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  storage::RocksDbOptions options_;
  std::unique_ptr<LogStore> store_;
};

TEST_P(DiskFailure, LeavesTheStoreBeforeOrAfterWhenEveryLaterStepFails) {
  ForEachStep({.torn = true}, 0, [this](const absl::Status& status) {
    if (!status.ok()) {
      EXPECT_TRUE(absl::IsUnavailable(status)) << status;
      EXPECT_EQ(*store_->SignedHead(), *before_->SignedHead());
    }
    store_.reset();
    disk_->Heal();
    Open();
    if (HasFatalFailure()) return;
    ASSERT_TRUE(IsBeforeOrAfter());
    EXPECT_FALSE(status.ok() && store_->SignedHead()->size == kSizeBefore);
  });
}

TEST_P(DiskFailure, LosesNothingAcknowledgedWhenPowerGoes) {
  ForEachStep({}, 1, [this](const absl::Status& status) {
    store_.reset();
    disk_->Heal();
    disk_->LosePower();
    Open();
    if (HasFatalFailure()) return;
    ASSERT_TRUE(IsBeforeOrAfter());
    EXPECT_FALSE(status.ok() && store_->SignedHead()->size == kSizeBefore);
  });
}

TEST_P(DiskFailure, TakesTheSameBatchWhenThereIsSpaceAgain) {
  ForEachStep({.no_space = true, .torn = true}, 2, [this](const absl::Status& status) {
    if (!status.ok()) {
      EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
      EXPECT_TRUE(absl::IsResourceExhausted(Write()));
    }
    disk_->Heal();
    if (!status.ok()) {
      EXPECT_EQ(Write(), absl::OkStatus());
    }
    EXPECT_EQ(*store_->SignedHead(), batch_.head);
    EXPECT_EQ(store_->PutState("k", "v"), absl::OkStatus());
    store_.reset();
    Open();
    if (HasFatalFailure()) return;
    EXPECT_TRUE(SameAnswers(*store_, *after_));
    EXPECT_EQ(*store_->GetState("k"), "v");
  });
}

TEST_P(DiskFailure, WorksAgainAfterOneFailedStepOnceReopened) {
  ForEachStep({.torn = true, .once = true}, 0, [this](const absl::Status& status) {
    store_.reset();
    Open();
    if (HasFatalFailure()) return;
    ASSERT_TRUE(IsBeforeOrAfter());
    const bool is_before = store_->SignedHead()->size == kSizeBefore;
    EXPECT_FALSE(status.ok() && is_before);
    if (is_before) {
      EXPECT_EQ(Write(), absl::OkStatus());
    }
    EXPECT_TRUE(SameAnswers(*store_, *after_));
  });
}

// The faulty disk does not see what RocksDB writes for itself: here the system refuses every byte.
TEST_P(DiskFailure, LivesOnWhenTheSystemTakesNothingAtAll) {
  storage::RocksDbOptions options{.path = folder_.path() + "/origin"};
  absl::StatusOr<std::unique_ptr<LogStore>> store = storage::OpenRocksDbStore(options);
  ASSERT_EQ(store.status(), absl::OkStatus());
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit nothing = before;
  nothing.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &nothing), 0);
  for (int tries = 0; tries < 3; ++tries) {
    const absl::Status status = GetParam().write(**store, batch_);
    EXPECT_TRUE(absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) << status;
    EXPECT_EQ(*(*store)->SignedHead(), *before_->SignedHead());
    EXPECT_EQ((*store)->Record(kSizeBefore - 1).status(), absl::OkStatus());
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(GetParam().write(**store, batch_), absl::OkStatus());
  EXPECT_TRUE(SameAnswers(**store, *after_));
}

INSTANTIATE_TEST_SUITE_P(Writes, DiskFailure, ::testing::Values(kCommit, kBulk),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace sumlog::testing
