// A store filled with a signed log of made-up records, for tests that only read.
//
// Record n is testing::TestRecord(n) unless other texts are given; heads are signed by
// testing::TestSigner(kSignedLogName). Owned by one thread.

#ifndef SUMLOG_TESTS_SUPPORT_SIGNED_LOG_H_
#define SUMLOG_TESTS_SUPPORT_SIGNED_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_edge.h"

namespace sumlog::testing {

inline constexpr char kSignedLogName[] = "sum.example.com";

class SignedLog {
 public:
  // Commits the head of the empty tree to `store`, a new one, which must outlive this object.
  explicit SignedLog(storage::LogStore& store);

  // One commit each. An index row for every text that is a well-formed record.
  void Append(const std::vector<std::string>& texts);
  void AppendMadeUp(std::uint64_t count);

  std::uint64_t size() const { return edge_.size(); }
  const tlog::VerifierKey& key() const { return signer_.verifier(); }

 private:
  void Commit(storage::CommitBatch batch);

  storage::LogStore& store_;
  const tlog::Signer signer_;
  tlog::TreeEdge edge_;
  int commits_ = 0;
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_SIGNED_LOG_H_
