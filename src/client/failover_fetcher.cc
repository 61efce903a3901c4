#include "client/failover_fetcher.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/mutex.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::client {
namespace {

// Which of two failures speaks for both: who does not answer might have it, whatever others say.
int Weight(const absl::Status& failure) {
  if (absl::IsUnavailable(failure)) return 2;
  return absl::IsNotFound(failure) ? 0 : 1;
}

class FailoverFetcher final : public Fetcher {
 public:
  explicit FailoverFetcher(FailoverOptions options)
      : options_(std::move(options)), dice_(std::random_device()()) {
    CHECK(!options_.fetchers.empty() && options_.rounds >= 1 && options_.wait);
  }

  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override {
    absl::Duration wait = options_.first_wait;
    for (int round = 1;; ++round) {
      absl::StatusOr<std::string> answer = AskEach(path, max_bytes);
      if (!absl::IsUnavailable(answer.status())) return answer;
      // Who says how long to leave him alone is not asked before; when that is too long to wait
      // here, the caller is told.
      const absl::Duration asked_for = RetryAfterOf(answer.status());
      if (round == options_.rounds || asked_for > options_.max_wait ||
          !options_.wait(std::max(PartOf(wait), asked_for))) {
        return GaveUp(answer.status(), round);
      }
      wait = std::min(2 * wait, options_.max_wait);
    }
  }

 private:
  absl::StatusOr<std::string> AskEach(absl::string_view path, std::size_t max_bytes) {
    const std::size_t count = options_.fetchers.size();
    const std::size_t first = first_.load(std::memory_order_relaxed);
    absl::Status failure;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t place = (first + i) % count;
      absl::StatusOr<std::string> answer = options_.fetchers[place]->Fetch(path, max_bytes);
      if (answer.ok()) {
        first_.store(place, std::memory_order_relaxed);
        return answer;
      }
      if (failure.ok() || Weight(answer.status()) > Weight(failure)) failure = answer.status();
    }
    return failure;
  }

  // Between half of it and all.
  absl::Duration PartOf(absl::Duration wait) {
    MutexLock lock(&mu_);
    return wait * std::uniform_real_distribution<double>(0.5, 1.0)(dice_);
  }

  absl::Status GaveUp(const absl::Status& status, int rounds) const {
    if (rounds == 1) return status;
    return Reword(status, absl::StrCat(status.message(), " (asked ", rounds, " times)"));
  }

  const FailoverOptions options_;       // constant after construction
  std::atomic<std::size_t> first_ = 0;  // the place that answered last

  Mutex mu_;
  std::minstd_rand dice_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

std::unique_ptr<Fetcher> NewFailoverFetcher(FailoverOptions options) {
  return std::make_unique<FailoverFetcher>(std::move(options));
}

}  // namespace sumlog::client
