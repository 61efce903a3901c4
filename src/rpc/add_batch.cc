#include "rpc/add_batch.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "log/decision.h"

namespace sumlog::rpc {
namespace {

constexpr std::size_t kMaxJournalBytes = 900;  // of the 1 KiB that the journal keeps of a text

gosum::Record ToRecord(const v1::Record& message) {
  return {.module = {.path = message.module().path(), .version = message.module().version()},
          .zip_hash = message.zip_hash(),
          .mod_hash = message.go_mod_hash()};
}

void Refuse(v1::AddResult::Refusal refusal, absl::string_view reason, v1::AddResult* result) {
  result->set_outcome(v1::AddResult::OUTCOME_REFUSED);
  result->set_refusal(refusal);
  result->set_reason(std::string(reason));
}

void RefuseConflict(std::uint64_t number, absl::string_view evidence_id, v1::AddResult* result) {
  Refuse(v1::AddResult::REFUSAL_CONFLICT,
         absl::StrCat("the log holds other hashes for this module version, as record ", number,
                      "; they stand"),
         result);
  result->set_number(number);
  result->set_evidence_id(std::string(evidence_id));
}

void Convert(const log::AddResult& from, v1::AddResult* result) {
  switch (from.outcome) {
    case log::AddResult::Outcome::kAppended:
      result->set_outcome(v1::AddResult::OUTCOME_APPENDED);
      result->set_number(from.number);
      return;
    case log::AddResult::Outcome::kAlreadyThere:
      result->set_outcome(v1::AddResult::OUTCOME_ALREADY_THERE);
      result->set_number(from.number);
      return;
    case log::AddResult::Outcome::kConflict:
      RefuseConflict(from.number, from.evidence_id, result);
      return;
  }
}

// What adding `record` to the first `tree_size` records would lead to.
absl::Status Foresee(const storage::LogStore& store, std::uint64_t tree_size,
                     const gosum::Record& record, v1::AddResult* result) {
  const absl::StatusOr<std::uint64_t> number = store.Find(record.module.ToString());
  if (absl::IsNotFound(number.status()) || (number.ok() && *number >= tree_size)) {
    result->set_outcome(v1::AddResult::OUTCOME_APPENDED);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(number.status());
  ASSIGN_OR_RETURN(const std::string text, store.Record(*number));
  if (text == gosum::FormatRecordText(record)) {
    result->set_outcome(v1::AddResult::OUTCOME_ALREADY_THERE);
    result->set_number(*number);
  } else {
    RefuseConflict(*number, "", result);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AddBatch> AddBatch::Read(const RecordMessages& messages,
                                        const gosum::ModulePatterns& allowed) {
  if (messages.empty() || messages.size() > kMaxBatchRecords) {
    return absl::InvalidArgumentError(absl::StrCat("got a message of ", messages.size(),
                                                   " records, want 1 to ", kMaxBatchRecords));
  }
  AddBatch batch;
  batch.results_.Reserve(messages.size());
  for (int i = 0; i < messages.size(); ++i) {
    v1::AddResult* const result = batch.results_.Add();
    gosum::Record record = ToRecord(messages[i]);
    if (const absl::Status status = gosum::CheckRecord(record); !status.ok()) {
      Refuse(v1::AddResult::REFUSAL_INVALID, status.message(), result);
      continue;
    }
    if (batch.modules_.size() < kMaxJournalBytes) {
      absl::StrAppend(&batch.modules_, batch.modules_.empty() ? "" : " ", record.module.ToString());
    }
    if (!allowed.Matches(record.module.path)) {
      Refuse(v1::AddResult::REFUSAL_NOT_GRANTED,
             absl::StrCat("the grant covers no module ", record.module.path), result);
      continue;
    }
    batch.positions_.push_back(i);
    batch.records_.push_back(std::move(record));
  }
  return batch;
}

absl::Status AddBatch::Answer(const absl::StatusOr<log::AddAnswer>& answer) {
  if (log::IsFrozen(answer.status())) {
    for (const int position : positions_) {
      Refuse(v1::AddResult::REFUSAL_FROZEN, answer.status().message(), &results_[position]);
    }
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(answer.status());
  CHECK(answer->results.size() == positions_.size());
  for (std::size_t i = 0; i < positions_.size(); ++i) {
    Convert(answer->results[i], &results_[positions_[i]]);
  }
  return absl::OkStatus();
}

absl::Status AddBatch::AnswerWithoutAdding(const storage::LogStore& store,
                                           std::uint64_t tree_size) {
  for (std::size_t i = 0; i < positions_.size(); ++i) {
    RETURN_IF_ERROR(Foresee(store, tree_size, records_[i], &results_[positions_[i]]));
  }
  return absl::OkStatus();
}

std::vector<std::pair<std::string, std::string>> AddBatch::JournalDetails() const {
  const auto count = [this](v1::AddResult::Outcome outcome) {
    return absl::StrCat(std::count_if(
        results_.begin(), results_.end(),
        [outcome](const v1::AddResult& result) { return result.outcome() == outcome; }));
  };
  return {{"records", absl::StrCat(results_.size())},
          {"appended", count(v1::AddResult::OUTCOME_APPENDED)},
          {"already_there", count(v1::AddResult::OUTCOME_ALREADY_THERE)},
          {"refused", count(v1::AddResult::OUTCOME_REFUSED)},
          {"modules", modules_}};
}

}  // namespace sumlog::rpc
