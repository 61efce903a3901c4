// Compares the index with the records: every row points to its record, every record has its row.
//
// Not safe from two threads at once.

#ifndef SUMLOG_DOCTOR_INDEX_CHECK_H_
#define SUMLOG_DOCTOR_INDEX_CHECK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "doctor/index_sums.h"
#include "doctor/problem_list.h"
#include "doctor/progress.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::doctor {

class IndexCheck {
 public:
  // Keeps references to all but the size; they must outlive this object. `sums` holds the records
  // of the tree of `tree_size`.
  IndexCheck(const storage::LogStore& store, std::uint64_t tree_size, IndexSums& sums,
             ProblemList& problems, Progress& progress)
      : store_(store),
        tree_size_(tree_size),
        sums_(sums),
        problems_(problems),
        progress_(progress) {}

  // One pass over the index; when that leaves the sums unequal, a second look at those keys that
  // may be why, in the index and in the data.
  absl::Status Run();

  std::uint64_t rows_checked() const { return rows_checked_; }

 private:
  absl::Status SumRows();
  absl::Status NameWrongRows();
  absl::Status NameRecordsWithoutRow();

  absl::Status CheckRow(absl::string_view key, std::uint64_t number);
  absl::Status CheckRecord(std::uint64_t number, absl::string_view text);
  void NameDuplicate(absl::string_view key, std::uint64_t number, std::uint64_t first,
                     bool is_same_text);

  const storage::LogStore& store_;
  const std::uint64_t tree_size_;
  IndexSums& sums_;
  ProblemList& problems_;
  Progress& progress_;
  std::uint64_t rows_checked_ = 0;
};

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_INDEX_CHECK_H_
