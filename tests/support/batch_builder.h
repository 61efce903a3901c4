// Builds valid commit batches for tests: the bookkeeping of a log's writer without its log.
//
//   BatchBuilder builder;
//   EXPECT_OK(store->Commit(builder.First()));
//   EXPECT_OK(store->Commit(builder.Next({"record 0", "record 1"})));
//
// Every batch grows the builder's own tree, so batches must be committed in the order in which they
// were made. Everything is a function of what was asked: same calls, same batches.
//
// Owned by one thread.

#ifndef SUMLOG_TESTS_SUPPORT_BATCH_BUILDER_H_
#define SUMLOG_TESTS_SUPPORT_BATCH_BUILDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/tree_edge.h"

namespace sumlog::testing {

class BatchBuilder {
 public:
  // The batch that makes the head of the empty tree in a new store.
  storage::CommitBatch First();

  // Appends records; record number n gets the index key TestKey(n) and a provenance of its batch.
  storage::CommitBatch Next(const std::vector<std::string>& texts);

  // As Next, with `count` made-up records: TestRecord(size()) and so on.
  storage::CommitBatch NextMadeUp(std::uint64_t count);

  std::uint64_t size() const { return edge_.size(); }
  const tlog::TreeEdge& edge() const { return edge_; }

 private:
  storage::StoredHead MakeHead();

  tlog::TreeEdge edge_;
  std::uint64_t batches_ = 0;
};

// Text of about 200 bytes, as long as that of a real record, different for each number.
std::string TestRecord(std::uint64_t number);

// "example.com/m<number>@v1.0.0".
std::string TestKey(std::uint64_t number);

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_BATCH_BUILDER_H_
