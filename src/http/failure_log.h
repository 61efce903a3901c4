// Tells the operator what clients are told in general words only: the text of the store's and the
// system's errors, with paths and names that are nobody else's business.
//
// At most kMaxLinesPerWindow lines in each window of time, because a client decides how often a
// failing page is asked for. The first line of the next window says how many were left out.
//
// Safe from any thread.

#ifndef SUMLOG_HTTP_FAILURE_LOG_H_
#define SUMLOG_HTTP_FAILURE_LOG_H_

#include <chrono>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "ops/logging.h"

namespace sumlog::http {

class FailureLog {
 public:
  static constexpr int kMaxLinesPerWindow = 10;
  static constexpr std::chrono::seconds kWindow{10};

  // `logger` may be null: nothing is said then. It outlives this object.
  explicit FailureLog(ops::Logger* logger) : logger_(logger) {}

  // `event` is a few fixed words, `error` the text. Throws nothing: who reports may be out of
  // memory.
  void Report(absl::string_view event, absl::string_view error) noexcept;

 private:
  ops::Logger* const logger_;  // constant after construction

  Mutex mu_;
  std::chrono::steady_clock::time_point window_end_ ABSL_GUARDED_BY(mu_);
  int lines_ ABSL_GUARDED_BY(mu_) = 0;  // of this window
  std::uint64_t left_out_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_FAILURE_LOG_H_
