#include "client/answer_recorder.h"

#include <algorithm>
#include <utility>

namespace sumlog::client {

namespace {

constexpr absl::string_view kLatest = "/latest";

}  // namespace

RecordedAnswer MakeAnswer(absl::string_view path, absl::string_view bytes, absl::Time when) {
  return {.path = std::string(path),
          .when = when,
          .size_bytes = bytes.size(),
          .sha256 = crypto::Sha256(bytes),
          .bytes = std::string(bytes)};
}

void AnswerLog::Record(absl::string_view question, absl::string_view bytes) {
  RecordedAnswer answer = MakeAnswer(question, bytes, clock_->Now());
  MutexLock lock(&mu_);
  if (question == kLatest) {
    head_ = std::move(answer);
    return;
  }
  kept_bytes_ += bytes.size();
  answers_.push_back(std::move(answer));
  for (; kept_bytes_ > kMaxKeptBytes; ++first_kept_) {
    kept_bytes_ -= answers_[first_kept_].bytes->size();
    answers_[first_kept_].bytes.reset();
  }
  if (answers_.size() <= kMaxAnswers) return;
  if (first_kept_ > 0) {
    --first_kept_;
  } else {
    kept_bytes_ -= answers_.front().bytes->size();
  }
  answers_.pop_front();
}

void AnswerLog::Clear() {
  MutexLock lock(&mu_);
  head_.reset();
  answers_.clear();
  kept_bytes_ = first_kept_ = 0;
}

std::vector<RecordedAnswer> AnswerLog::answers() const {
  MutexLock lock(&mu_);
  std::vector<RecordedAnswer> all(answers_.begin(), answers_.end());
  if (head_.has_value()) {
    const absl::Time when = head_->when;
    const auto place = std::find_if(all.begin(), all.end(), [when](const RecordedAnswer& answer) {
      return when <= answer.when;
    });
    all.insert(place, *head_);
  }
  return all;
}

absl::StatusOr<std::string> AnswerRecorder::Fetch(absl::string_view path, std::size_t max_bytes) {
  absl::StatusOr<std::string> body = fetcher_->Fetch(path, max_bytes);
  if (body.ok()) answers_->Record(path, *body);
  return body;
}

}  // namespace sumlog::client
