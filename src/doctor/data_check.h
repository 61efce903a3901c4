// Reads one data tile of the log and checks its records one by one.
//
// Not safe from two threads at once.

#ifndef SUMLOG_DOCTOR_DATA_CHECK_H_
#define SUMLOG_DOCTOR_DATA_CHECK_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "doctor/index_check.h"
#include "doctor/problem_list.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::doctor {

// The texts of data tile `index` of a tree of `tree_size` records: exactly as many as it has there.
// kDataLoss when the store has fewer, or the store's own errors.
absl::StatusOr<storage::PackedTexts> ReadDataTile(const storage::LogStore& store,
                                                  std::uint64_t index, std::uint64_t tree_size);

// The leaf hash of each text.
std::vector<tlog::Hash> HashTexts(const storage::PackedTexts& texts);

// What is checked of every record beside its hash.
class RecordCheck {
 public:
  struct Options {
    std::uint64_t tree_size = 0;
    bool every_leaf_row = false;
    std::uint32_t seed = 1;  // of the sample of leaf rows
  };

  // Keeps references to all but `options`; they must outlive this object.
  RecordCheck(const storage::LogStore& store, const Options& options, IndexCheck& index,
              ProblemList& problems);

  // Checks the records of one data tile whose leaves have been compared with the tree: that each is
  // well-formed and has its row in the leaf index; hands their keys to the index check.
  absl::Status CheckTile(std::uint64_t index, const storage::PackedTexts& texts,
                         const std::vector<tlog::Hash>& leaves);

  std::uint64_t leaf_rows_checked() const { return leaf_rows_checked_; }

 private:
  void CheckText(std::uint64_t number, absl::string_view text);
  absl::Status CheckLeafRow(std::uint64_t number, const tlog::Hash& leaf);

  const storage::LogStore& store_;
  const Options options_;
  IndexCheck& index_;
  ProblemList& problems_;
  std::minstd_rand places_;  // of the leaf rows that are asked for
  std::uint64_t leaf_rows_checked_ = 0;
};

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_DATA_CHECK_H_
