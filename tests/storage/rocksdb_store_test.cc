// Goal: the RocksDB store keeps the contract of log_store.h, and answers as the model does.
// Method: the contract suite over both ways to commit; then hundreds of random operations, with
// closing and opening in between, after which every answer is compared with the model's.

#include "storage/rocksdb/rocksdb_store.h"

#include <random>

#include "storage/memory/memory_store.h"
#include "storage/rocksdb_home.h"
#include "support/nightly.h"
#include "support/store_compare.h"

namespace sumlog::testing {
namespace {

std::unique_ptr<StoreHome> MakeHome() { return std::make_unique<RocksDbHome>(); }

INSTANTIATE_TEST_SUITE_P(
    RocksDb, LogStoreContract,
    ::testing::Values(StoreKind{.name = "commit", .make_new_store = MakeHome},
                      StoreKind{.name = "bulk", .bulk = true, .make_new_store = MakeHome}),
    [](const auto& instance) { return instance.param.name; });

// Random batches: mostly small, sometimes over a tile or two; keys and texts that repeat.
class RandomBatches {
 public:
  explicit RandomBatches(std::uint64_t seed) : random_(seed) {}

  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  storage::CommitBatch Next(BatchBuilder& builder) {
    const std::uint64_t kind = Below(20);
    const std::uint64_t count = kind == 0 ? Below(900) : kind < 4 ? Below(120) : Below(6);
    std::vector<std::string> texts;
    for (std::uint64_t i = 0; i < count; ++i) {
      texts.push_back(Below(10) == 0 ? TestRecord(Below(builder.size() + 1))
                                     : TestRecord(builder.size() + i));
    }
    storage::CommitBatch batch = builder.Next(texts);
    for (storage::IndexRow& row : batch.index) {
      if (Below(10) == 0) row.key = TestKey(Below(builder.size() + 1));
    }
    if (Below(3) == 0) batch.index.resize(batch.index.size() / 2);
    for (std::uint64_t i = 1; i < count; ++i) {
      if (Below(30) != 0) continue;
      storage::ProvenanceRun run = batch.provenance.back();
      run.first = batch.expected_size + i;
      if (Below(2) == 0) run.provenance.how = "ingest";
      batch.provenance.push_back(run);
    }
    return batch;
  }

 private:
  std::mt19937_64 random_;
};

class RocksDbAgainstModel : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RocksDbAgainstModel, AnswersTheSameThroughRandomOperations) {
  const int operations = IsNightly() ? 2000 : 400;
  RandomBatches random(GetParam());
  const std::unique_ptr<storage::LogStore> model = storage::NewMemoryStore();
  RocksDbHome home;
  BatchBuilder builder;
  const storage::CommitBatch first = builder.First();
  ASSERT_EQ(model->Commit(first), absl::OkStatus());
  ASSERT_EQ(home.store().Commit(first), absl::OkStatus());
  for (int operation = 0; operation < operations; ++operation) {
    SCOPED_TRACE(operation);
    const std::uint64_t kind = random.Below(100);
    if (kind < 2) {
      home.Reopen();
    } else if (kind < 6) {
      const std::string key = "state " + std::to_string(random.Below(5));
      const std::optional<std::string> value =
          random.Below(3) == 0 ? std::nullopt : std::optional(std::to_string(operation));
      ASSERT_EQ(home.store().PutState(key, value), model->PutState(key, value));
      EXPECT_EQ(*home.store().GetState(key), *model->GetState(key));
    } else {
      storage::CommitBatch batch = random.Next(builder);
      ASSERT_EQ(model->Commit(batch), absl::OkStatus());
      ASSERT_EQ(kind < 20 ? home.store().CommitBulk(batch) : home.store().Commit(batch),
                absl::OkStatus());
    }
    if (operation % 150 == 149) {
      ASSERT_TRUE(SameAnswers(home.store(), *model));
    }
  }
  home.Reopen();
  EXPECT_TRUE(SameAnswers(home.store(), *model));
  for (int i = 0; i < 5; ++i) {
    const std::string key = "state " + std::to_string(i);
    EXPECT_EQ(*home.store().GetState(key), *model->GetState(key));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RocksDbAgainstModel, ::testing::Values(1, 2, 3));

}  // namespace
}  // namespace sumlog::testing
