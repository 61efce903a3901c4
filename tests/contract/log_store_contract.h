// The contract of log_store.h as tests that every store must pass.
//
// A test file of a store instantiates the suite:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, LogStoreContract, ::testing::Values(StoreKind{…}));

#ifndef SUMLOG_TESTS_CONTRACT_LOG_STORE_CONTRACT_H_
#define SUMLOG_TESTS_CONTRACT_LOG_STORE_CONTRACT_H_

#include <functional>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "sumlog/storage/log_store.h"
#include "support/batch_builder.h"

namespace sumlog::testing {

// Where a store lives. Goes with all that was stored.
class StoreHome {
 public:
  virtual ~StoreHome() = default;

  // The open store.
  virtual storage::LogStore& store() = 0;

  // Closes the store and opens it again, when it keeps anything across that.
  virtual void Reopen() = 0;
};

struct StoreKind {
  std::string name;
  bool bulk = false;  // commit with CommitBulk: all promises are the same
  std::function<std::unique_ptr<StoreHome>()> make_new_store;
};

class LogStoreContract : public ::testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override { home_ = GetParam().make_new_store(); }

  storage::LogStore& store() { return home_->store(); }
  void Reopen() { home_->Reopen(); }

  // By the way of the parameter.
  absl::Status Commit(const storage::CommitBatch& batch);

  // Commits the first head and then batches of the given numbers of records.
  void Grow(std::initializer_list<std::uint64_t> counts);

  // Expects that the batch is refused with `code` and that nothing has changed.
  void ExpectRefused(const storage::CommitBatch& batch, absl::StatusCode code);

  BatchBuilder builder_;

 private:
  std::unique_ptr<StoreHome> home_;
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_CONTRACT_LOG_STORE_CONTRACT_H_
