#include "cli/answer_recorder.h"

#include <utility>

namespace sumlog::cli {

void AnswerLog::Record(absl::string_view question, absl::string_view bytes) {
  RecordedAnswer answer{.path = std::string(question),
                        .when = clock_->Now(),
                        .size_bytes = bytes.size(),
                        .sha256 = crypto::Sha256(bytes),
                        .bytes = std::string(bytes)};
  MutexLock lock(&mu_);
  kept_bytes_ += bytes.size();
  answers_.push_back(std::move(answer));
  for (RecordedAnswer& old : answers_) {
    if (kept_bytes_ <= kMaxKeptBytes) break;
    if (!old.bytes.has_value()) continue;
    kept_bytes_ -= old.bytes->size();
    old.bytes.reset();
  }
  if (answers_.size() > kMaxAnswers) {
    if (answers_.front().bytes.has_value()) kept_bytes_ -= answers_.front().bytes->size();
    answers_.pop_front();
  }
}

std::vector<RecordedAnswer> AnswerLog::answers() const {
  MutexLock lock(&mu_);
  return {answers_.begin(), answers_.end()};
}

absl::StatusOr<std::string> AnswerRecorder::Fetch(absl::string_view path, std::size_t max_bytes) {
  absl::StatusOr<std::string> body = fetcher_->Fetch(path, max_bytes);
  if (body.ok()) answers_->Record(path, *body);
  return body;
}

}  // namespace sumlog::cli
