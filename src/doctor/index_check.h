// Compares the index with the records: every row points to its record, every record has its row.
//
// The first pass over the index needs nothing of the data and runs on a thread of its own
// meanwhile.
//
// Owned by one thread; what the other one writes, it reads only after joining it.

#ifndef SUMLOG_DOCTOR_INDEX_CHECK_H_
#define SUMLOG_DOCTOR_INDEX_CHECK_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "doctor/index_sums.h"
#include "doctor/problem_list.h"
#include "doctor/progress.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::doctor {

class IndexCheck {
 public:
  // Keeps references to `store`, `problems` and `progress`, which must outlive this object.
  IndexCheck(const storage::LogStore& store, std::uint64_t tree_size, const std::string& salt,
             ProblemList& problems, Progress& progress);
  ~IndexCheck();

  // For every well-formed record of the tree.
  void AddRecord(absl::string_view key, std::uint64_t number) { records_.AddRecord(key, number); }

  // Waits for the pass over the index. When records and rows differ, looks again at those keys that
  // may be why, in the index and in the data. Call once, after the last AddRecord.
  absl::Status Finish();

  std::uint64_t rows_checked() const { return rows_checked_; }

 private:
  void SumRows();
  absl::Status NameWrongRows();
  absl::Status NameRecordsWithoutRow();

  absl::Status CheckRow(absl::string_view key, std::uint64_t number);
  absl::Status CheckRecord(std::uint64_t number, absl::string_view text);
  void NameDuplicate(absl::string_view key, std::uint64_t number, std::uint64_t first,
                     bool is_same_text);

  const storage::LogStore& store_;
  const std::uint64_t tree_size_;
  ProblemList& problems_;
  Progress& progress_;
  IndexSums records_;  // in the end: less the rows

  // Of the thread until it has been joined.
  IndexSums rows_;
  std::uint64_t rows_checked_ = 0;
  std::string last_key_;
  absl::Status rows_status_;

  std::atomic<bool> stopping_ = false;
  std::jthread thread_;
};

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_INDEX_CHECK_H_
