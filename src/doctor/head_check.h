// Checks signed heads: the newest one, and those that are kept from before.
//
// Not safe from two threads at once.

#ifndef SUMLOG_DOCTOR_HEAD_CHECK_H_
#define SUMLOG_DOCTOR_HEAD_CHECK_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "doctor/problem_list.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::doctor {

// Checks signature and size of the newest head and says in `problems` whether it is validly signed.
// Returns what the head states, signed or not; nothing when it cannot be read.
std::optional<tlog::TreeHead> CheckNewestHead(const storage::StoredHead& newest,
                                              const std::vector<tlog::VerifierKey>& keys,
                                              ProblemList& problems);

// The heads of the history, each compared with the root of as many records as it states.
class HeadHistory {
 public:
  // Keeps references to all but `newest`; they must outlive this object. `newest` is left out.
  HeadHistory(const storage::LogStore& store, const storage::StoredHead& newest,
              const std::vector<tlog::VerifierKey>& keys, ProblemList& problems)
      : store_(store), newest_(newest), keys_(keys), problems_(problems) {}

  // Checks those heads that have not been checked and state at most `max_size` records. `root_of`
  // gives the true root of a size, or nothing when it cannot be known.
  absl::Status CheckUpTo(
      std::uint64_t max_size,
      const std::function<std::optional<tlog::Hash>(std::uint64_t size)>& root_of);

 private:
  absl::Status FillPage();
  void Check(const storage::StoredHead& stored, const std::optional<tlog::Hash>& root);

  const storage::LogStore& store_;
  const storage::StoredHead newest_;
  const std::vector<tlog::VerifierKey>& keys_;
  ProblemList& problems_;

  std::deque<storage::StoredHead> page_;
  std::uint64_t next_size_ = 0;  // heads of smaller sizes have been read
  bool at_end_ = false;
};

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_HEAD_CHECK_H_
