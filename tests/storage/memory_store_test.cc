// Goal: the model keeps the contract of log_store.h.
// Method: the contract suite.

#include "storage/memory/memory_store.h"

#include "contract/log_store_contract.h"

namespace sumlog::testing {
namespace {

class MemoryHome final : public StoreHome {
 public:
  storage::LogStore& store() override { return *store_; }
  void Reopen() override {}

 private:
  const std::unique_ptr<storage::LogStore> store_ = storage::NewMemoryStore();
};

INSTANTIATE_TEST_SUITE_P(Memory, LogStoreContract,
                         ::testing::Values(StoreKind{.name = "memory", .make_new_store = [] {
                                                       return std::make_unique<MemoryHome>();
                                                     }}));

}  // namespace
}  // namespace sumlog::testing
