#include "http/failure_log.h"

#include <exception>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sumlog::http {

void FailureLog::Report(absl::string_view event, absl::string_view error) noexcept {
  if (logger_ == nullptr) return;
  std::uint64_t left_out = 0;
  {
    MutexLock lock(&mu_);
    const auto now = std::chrono::steady_clock::now();
    if (now >= window_end_) {
      window_end_ = now + kWindow;
      lines_ = 0;
      left_out = std::exchange(left_out_, 0);
    }
    if (lines_ == kMaxLinesPerWindow) {
      ++left_out_;
      return;
    }
    ++lines_;
  }
  try {
    if (left_out == 0) return logger_->Error(event, {{"error", error}});
    logger_->Error(event, {{"error", error}, {"left_out_before", absl::StrCat(left_out)}});
  } catch (const std::exception&) {
    // Without memory for a line there is none.
  }
}

}  // namespace sumlog::http
