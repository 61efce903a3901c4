// A LogStore whose commits fail as a test says, before or after the batch has landed.
//
// Reads go to the wrapped store, unless FailReads. Safe from any thread as far as the wrapped store
// is; the failures may be set from any thread.

#ifndef SUMLOG_TESTS_SUPPORT_FAILING_STORE_H_
#define SUMLOG_TESTS_SUPPORT_FAILING_STORE_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/status_macros.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::testing {

// What becomes of one commit.
struct CommitFate {
  absl::Status status;      // what the caller is told
  bool lands = false;       // whether the batch is in the store nevertheless
  bool lands_late = false;  // it becomes visible only after the next question for the newest head
};

class FailingStore final : public storage::LogStore {
 public:
  explicit FailingStore(std::unique_ptr<storage::LogStore> store) : store_(std::move(store)) {}

  // The next commits meet these fates, one each, in order; those after them go well.
  void FailCommits(std::vector<CommitFate> fates) {
    MutexLock lock(&mu_);
    fates_.assign(fates.begin(), fates.end());
  }

  // Every commit fails with `status` until it is set to OK.
  void FailAllCommits(absl::Status status) {
    MutexLock lock(&mu_);
    commit_failure_ = std::move(status);
  }

  // PutState fails with `status` until it is set to OK.
  void FailState(absl::Status status) {
    MutexLock lock(&mu_);
    state_failure_ = std::move(status);
  }

  // SignedHead, SignedHeads, Find and Record fail with `status` until it is set to OK.
  void FailReads(absl::Status status) {
    MutexLock lock(&mu_);
    read_failure_ = std::move(status);
  }

  // Commits wait inside the store until they are let go.
  void HoldCommits() {
    MutexLock lock(&mu_);
    held_ = true;
  }
  void LetCommitsGo() {
    MutexLock lock(&mu_);
    held_ = false;
    changed_.NotifyAll();
  }

  // Waits until `count` commits have been tried since the beginning.
  void AwaitCommits(std::size_t count) {
    MutexLock lock(&mu_);
    while (notes_.size() < count) changed_.Wait(&mu_);
  }

  // The head note of every commit that was tried, in order.
  std::vector<std::string> notes() const {
    MutexLock lock(&mu_);
    return notes_;
  }
  std::size_t bulk_commits() const {
    MutexLock lock(&mu_);
    return bulk_commits_;
  }

  storage::LogStore& wrapped() { return *store_; }

  absl::Status Commit(const storage::CommitBatch& batch) override {
    CommitFate fate;
    {
      MutexLock lock(&mu_);
      notes_.push_back(batch.head.note);
      changed_.NotifyAll();
      while (held_) changed_.Wait(&mu_);
      if (!commit_failure_.ok()) return commit_failure_;
      if (!fates_.empty()) {
        fate = fates_.front();
        fates_.pop_front();
      }
      if (fate.lands_late) {
        late_ = batch;
        return fate.status;
      }
    }
    if (fate.status.ok() || fate.lands) RETURN_IF_ERROR(store_->Commit(batch));
    return fate.status;
  }

  absl::Status CommitBulk(const storage::CommitBatch& batch) override {
    {
      MutexLock lock(&mu_);
      ++bulk_commits_;
    }
    return Commit(batch);
  }

  absl::StatusOr<storage::StoredHead> SignedHead() const override {
    std::optional<storage::CommitBatch> late;
    {
      MutexLock lock(&mu_);
      if (!read_failure_.ok()) return read_failure_;
      late = std::exchange(late_, std::nullopt);
    }
    absl::StatusOr<storage::StoredHead> head = store_->SignedHead();
    if (late.has_value()) RETURN_IF_ERROR(store_->Commit(*late));
    return head;
  }
  absl::StatusOr<std::vector<storage::StoredHead>> SignedHeads(std::uint64_t min_size,
                                                               std::uint64_t max_size,
                                                               std::size_t limit) const override {
    RETURN_IF_ERROR(read_failure());
    return store_->SignedHeads(min_size, max_size, limit);
  }
  absl::StatusOr<std::vector<tlog::Hash>> HashTile(std::uint32_t level,
                                                   std::uint64_t index) const override {
    return store_->HashTile(level, index);
  }
  absl::StatusOr<std::string> Record(std::uint64_t number) const override {
    RETURN_IF_ERROR(read_failure());
    return store_->Record(number);
  }
  absl::StatusOr<storage::PackedTexts> DataTile(std::uint64_t index) const override {
    return store_->DataTile(index);
  }
  absl::StatusOr<std::uint64_t> Find(absl::string_view key) const override {
    RETURN_IF_ERROR(read_failure());
    return store_->Find(key);
  }
  absl::StatusOr<std::uint64_t> FindLeaf(const tlog::Hash& leaf) const override {
    return store_->FindLeaf(leaf);
  }
  absl::StatusOr<storage::Provenance> Provenance(std::uint64_t number) const override {
    return store_->Provenance(number);
  }
  absl::Status VisitIndex(
      const std::function<absl::Status(absl::string_view key, std::uint64_t number)>& visit)
      const override {
    return store_->VisitIndex(visit);
  }
  absl::StatusOr<std::optional<std::string>> GetState(absl::string_view key) const override {
    return store_->GetState(key);
  }
  absl::Status PutState(absl::string_view key, const std::optional<std::string>& value) override {
    {
      MutexLock lock(&mu_);
      if (!state_failure_.ok()) return state_failure_;
    }
    return store_->PutState(key, value);
  }
  absl::Status VisitState(
      absl::string_view prefix,
      const std::function<absl::Status(absl::string_view key, absl::string_view value)>& visit)
      const override {
    return store_->VisitState(prefix, visit);
  }

 private:
  absl::Status read_failure() const {
    MutexLock lock(&mu_);
    return read_failure_;
  }

  const std::unique_ptr<storage::LogStore> store_;

  mutable Mutex mu_;
  CondVar changed_;
  std::deque<CommitFate> fates_ ABSL_GUARDED_BY(mu_);
  absl::Status commit_failure_ ABSL_GUARDED_BY(mu_);
  absl::Status read_failure_ ABSL_GUARDED_BY(mu_);
  absl::Status state_failure_ ABSL_GUARDED_BY(mu_);
  bool held_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::string> notes_ ABSL_GUARDED_BY(mu_);
  std::size_t bulk_commits_ ABSL_GUARDED_BY(mu_) = 0;
  mutable std::optional<storage::CommitBatch> late_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_FAILING_STORE_H_
