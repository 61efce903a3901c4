// What a server answered, remembered so that it can be kept as evidence when it turns out a lie.
//
// Bounded: of the newest answers the bytes, kMaxKeptBytes in all; of older ones size and hash. The
// newest head ("/latest") is kept however much comes after it: it is what all else is judged by.
//
// Safe from any thread.

#ifndef SUMLOG_CLIENT_ANSWER_RECORDER_H_
#define SUMLOG_CLIENT_ANSWER_RECORDER_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "crypto/sha256.h"
#include "sumlog/client/sumdb_client.h"

namespace sumlog::client {

struct RecordedAnswer {
  std::string path;  // what was asked for: of a URL, or the name of a call
  absl::Time when;   // it had come
  std::size_t size_bytes = 0;
  crypto::Digest sha256 = {};
  std::optional<std::string> bytes;  // nothing: there was no room for them
};

// An answer with all of its bytes.
RecordedAnswer MakeAnswer(absl::string_view path, absl::string_view bytes, absl::Time when);

class AnswerLog {
 public:
  static constexpr std::size_t kMaxKeptBytes = std::size_t{4} << 20;  // 4 of the longest answers
  static constexpr std::size_t kMaxAnswers = 10'000;                  // the oldest are forgotten

  // `clock` outlives this object.
  explicit AnswerLog(Clock* clock) : clock_(clock) {}

  // `bytes` came as the answer to `question`.
  void Record(absl::string_view question, absl::string_view bytes);

  // What came, oldest first.
  std::vector<RecordedAnswer> answers() const;

  // Forgets everything: what comes next is another piece of work.
  void Clear();

 private:
  Clock* const clock_;  // constant after construction

  mutable Mutex mu_;
  std::optional<RecordedAnswer> head_ ABSL_GUARDED_BY(mu_);  // the newest one
  std::deque<RecordedAnswer> answers_ ABSL_GUARDED_BY(mu_);  // all others
  std::size_t kept_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  std::size_t first_kept_ ABSL_GUARDED_BY(mu_) = 0;  // of answers_: from here on they have bytes
};

// A Fetcher that records what comes with status 200.
class AnswerRecorder final : public Fetcher {
 public:
  // `answers` outlives this object.
  AnswerRecorder(std::unique_ptr<Fetcher> fetcher, AnswerLog* answers)
      : fetcher_(std::move(fetcher)), answers_(answers) {}

  // As the fetcher below.
  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override;

 private:
  const std::unique_ptr<Fetcher> fetcher_;
  AnswerLog* const answers_;
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_ANSWER_RECORDER_H_
