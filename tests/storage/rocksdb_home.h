// A RocksDB store in a folder of its own.

#ifndef SUMLOG_TESTS_STORAGE_ROCKSDB_HOME_H_
#define SUMLOG_TESTS_STORAGE_ROCKSDB_HOME_H_

#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "contract/log_store_contract.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/temp_folder.h"

namespace sumlog::testing {

class RocksDbHome final : public StoreHome {
 public:
  explicit RocksDbHome(rocksdb::Env* env = nullptr) {
    options_.path = folder_.path() + "/db";
    options_.env_for_test = env;
    options_.create = true;
    Open();
    options_.create = false;
  }

  storage::LogStore& store() override { return *store_; }

  void Reopen() override {
    Close();
    Open();
  }

  void Close() { store_.reset(); }

  void Open() {
    absl::StatusOr<std::unique_ptr<storage::LogStore>> opened = storage::OpenRocksDbStore(options_);
    EXPECT_EQ(opened.status(), absl::OkStatus());
    CHECK(opened.ok());
    store_ = *std::move(opened);
  }

  // As the store was opened last.
  const storage::RocksDbOptions& options() const { return options_; }

 private:
  TempFolder folder_;
  storage::RocksDbOptions options_;
  std::unique_ptr<storage::LogStore> store_;
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_STORAGE_ROCKSDB_HOME_H_
