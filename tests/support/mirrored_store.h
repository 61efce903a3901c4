// A mirror's store in memory, filled as a mirror fills it: pieces without a note, then the signed
// head that covers them.
//
// Record n is testing::TestRecord(n) unless a text is given. Owned by one thread.

#ifndef SUMLOG_TESTS_SUPPORT_MIRRORED_STORE_H_
#define SUMLOG_TESTS_SUPPORT_MIRRORED_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "storage/memory/memory_store.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"
#include "support/batch_builder.h"

namespace sumlog::testing {

class MirroredStore {
 public:
  explicit MirroredStore(tlog::Signer signer)
      : signer_(std::move(signer)), store_(storage::NewMemoryStore()) {}

  // Commits `count` records, more pieces to come.
  void AddPiece(std::uint64_t count) { Commit(builder_.NextMadeUp(count), ""); }

  // Commits records with the head that covers all so far.
  void AddSigned(std::uint64_t count) { AddSigned(builder_.NextMadeUp(count)); }

  // Commits one record with this text and these index keys, signed.
  void AddOdd(const std::string& text, const std::vector<std::string>& keys) {
    storage::CommitBatch batch = builder_.Next({text});
    const std::uint64_t number = batch.index[0].number;
    batch.index.clear();
    for (const std::string& key : keys) batch.index.push_back({.key = key, .number = number});
    AddSigned(std::move(batch));
  }

  // Commits `batch` under `note`; empty: a piece.
  void Commit(storage::CommitBatch batch, const std::string& note) {
    batch.head.note = note;
    if (is_new_) {
      batch.expect_new_store = true;
      batch.expected_size = 0;
      is_new_ = false;
    }
    CHECK(store_->Commit(batch).ok());
  }

  // The signed head of all records so far.
  std::string Note() const {
    return tlog::SignTreeHead({.size = builder_.size(), .root = builder_.edge().Root()},
                              {&signer_, 1})
        ->note;
  }

  std::uint64_t size() const { return builder_.size(); }
  storage::LogStore& operator*() { return *store_; }
  storage::LogStore* get() { return store_.get(); }
  BatchBuilder& builder() { return builder_; }

 private:
  void AddSigned(storage::CommitBatch batch) { Commit(std::move(batch), Note()); }

  const tlog::Signer signer_;
  const std::unique_ptr<storage::LogStore> store_;
  BatchBuilder builder_;
  bool is_new_ = true;
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_MIRRORED_STORE_H_
