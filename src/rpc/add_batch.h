// The records of one message of AddRecords: which of them go to the sequencer, and what is answered
// about each, in the order in which they came.
//
// Owned by one thread at a time.

#ifndef SUMLOG_RPC_ADD_BATCH_H_
#define SUMLOG_RPC_ADD_BATCH_H_

#include <sumlog/v1/admin.pb.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/log_reader.h"
#include "log/sequencer.h"
#include "sumlog/gosum/module_pattern.h"
#include "sumlog/gosum/record.h"

namespace sumlog::rpc {

inline constexpr int kMaxBatchRecords = 4096;

using RecordMessages = google::protobuf::RepeatedPtrField<v1::Record>;
using ResultMessages = google::protobuf::RepeatedPtrField<v1::AddResult>;

class AddBatch {
 public:
  // kInvalidArgument: no records, or more than kMaxBatchRecords. A record that is none, or that
  // `allowed` does not cover, is refused by itself and is no error here.
  static absl::StatusOr<AddBatch> Read(const RecordMessages& messages,
                                       const gosum::ModulePatterns& allowed);

  // The records that were not refused, in order. Once.
  std::vector<gosum::Record> TakeRecords() { return std::move(records_); }

  // Answers from what the sequencer said of TakeRecords(). An error that is not about single
  // records is handed back; a frozen log refuses each record.
  absl::Status Answer(const absl::StatusOr<log::AddAnswer>& answer);

  // Answers from what the first `tree_size` records are, and changes nothing. Errors are the
  // store's own.
  absl::Status AnswerWithoutAdding(const storage::LogStore& store, std::uint64_t tree_size);

  // One for each record. After Answer.
  ResultMessages* mutable_results() { return &results_; }

  // Counts, and the module versions as far as a journal keeps them. After Answer.
  std::vector<std::pair<std::string, std::string>> JournalDetails() const;

 private:
  std::vector<gosum::Record> records_;
  std::vector<int> positions_;  // of records_ in results_
  std::string modules_;         // of all, for the journal
  ResultMessages results_;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_ADD_BATCH_H_
