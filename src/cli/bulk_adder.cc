#include "cli/bulk_adder.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/status_macros.h"

namespace sumlog::cli {

BulkAdder::~BulkAdder() {
  MutexLock lock(&mu_);
  while (under_way_ > 0) finished_one_.Wait(&mu_);
}

absl::Status BulkAdder::Add(gosum::Record record, const storage::Provenance& provenance) {
  if (!request_.records.empty() && request_.provenance != provenance) RETURN_IF_ERROR(Flush());
  texts_.Append(gosum::FormatRecordText(record));
  request_.records.push_back(std::move(record));
  request_.provenance = provenance;
  if (texts_.size() < kRequestRecords && texts_.size_bytes() < kRequestBytes) {
    return absl::OkStatus();
  }
  return Flush();
}

absl::Status BulkAdder::Flush() {
  if (request_.records.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(WaitUntilUnderWay(kRequestsUnderWay - 1));
  // The texts are kept to say later which record an answer is about, in one piece of memory. Shared
  // because a completion must be copyable; only the completion touches them.
  const auto texts = std::make_shared<storage::PackedTexts>(std::exchange(texts_, {}));
  log::AddRequest request = std::exchange(request_, {});
  {
    MutexLock lock(&mu_);
    ++under_way_;
  }
  auto done = [this, texts, from = request.provenance.from](absl::StatusOr<log::AddAnswer> answer) {
    MutexLock lock(&mu_);
    finished_.push_back({.texts = std::move(*texts), .from = from, .answer = std::move(answer)});
    --under_way_;
    finished_one_.NotifyOne();  // under the lock: the owner may go as soon as it is free
  };
  sequencer_->Add(std::move(request), std::move(done));
  return absl::OkStatus();
}

absl::Status BulkAdder::Wait() { return WaitUntilUnderWay(0); }

absl::Status BulkAdder::WaitUntilUnderWay(std::size_t count) {
  std::vector<Finished> finished;
  {
    MutexLock lock(&mu_);
    while (under_way_ > count) finished_one_.Wait(&mu_);
    finished.swap(finished_);
  }
  for (const Finished& one : finished) Count(one);
  return error_;
}

void BulkAdder::Count(const Finished& finished) {
  if (!finished.answer.ok()) {
    if (error_.ok()) error_ = finished.answer.status();
    return;
  }
  const log::AddAnswer& answer = *finished.answer;
  CHECK(answer.results.size() == finished.texts.size());
  tree_size_ = std::max(tree_size_, answer.head->signed_head.head.size);
  for (std::size_t i = 0; i < answer.results.size(); ++i) {
    switch (answer.results[i].outcome) {
      case log::AddResult::Outcome::kAppended:
        ++appended_;
        break;
      case log::AddResult::Outcome::kAlreadyThere:
        ++already_there_;
        break;
      case log::AddResult::Outcome::kConflict: {
        ++refused_count_;
        absl::StatusOr<gosum::Record> offered = gosum::ParseRecordText(finished.texts[i]);
        CHECK(offered.ok());  // we have formatted it ourselves
        refused_(
            {.offered = *std::move(offered), .result = answer.results[i], .from = finished.from});
        break;
      }
    }
  }
}

}  // namespace sumlog::cli
