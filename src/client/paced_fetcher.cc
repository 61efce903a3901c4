#include "client/paced_fetcher.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/mutex.h"
#include "client/token_bucket.h"

namespace sumlog::client {
namespace {

class PacedFetcher final : public Fetcher {
 public:
  PacedFetcher(std::unique_ptr<Fetcher> server, PaceOptions options)
      : server_(std::move(server)),
        options_(std::move(options)),
        turns_(options_.max_requests_per_second, options_.clock->Now()) {}

  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override {
    const absl::Duration wait = TakeTurn();
    if (wait > absl::ZeroDuration() && !options_.wait(wait)) {
      return absl::UnavailableError(absl::StrCat("given up before its turn: at most ",
                                                 options_.max_requests_per_second,
                                                 " requests in a second"));
    }
    return server_->Fetch(path, max_bytes);
  }

 private:
  absl::Duration TakeTurn() {
    MutexLock lock(&mu_);
    return turns_.Take(options_.clock->Now());
  }

  // Constant after construction.
  const std::unique_ptr<Fetcher> server_;
  const PaceOptions options_;

  Mutex mu_;
  TokenBucket turns_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

std::unique_ptr<Fetcher> NewPacedFetcher(std::unique_ptr<Fetcher> server, PaceOptions options) {
  if (options.max_requests_per_second == 0) return server;
  CHECK(options.wait);
  return std::make_unique<PacedFetcher>(std::move(server), std::move(options));
}

}  // namespace sumlog::client
