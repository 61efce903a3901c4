// A Fetcher that asks one server at most so many times in a second, however many threads ask.
//
// Safe from any thread.

#ifndef SUMLOG_CLIENT_PACED_FETCHER_H_
#define SUMLOG_CLIENT_PACED_FETCHER_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "base/clock.h"
#include "sumlog/client/sumdb_client.h"

namespace sumlog::client {

struct PaceOptions {
  std::uint32_t max_requests_per_second = 0;  // 0: no bound
  Clock* clock = SystemClock();               // outlives the fetcher
  // Waits for a turn, from any thread; false: it was told to stop. Needed when there is a bound.
  std::function<bool(absl::Duration)> wait = {};
};

// Its Fetch is that of `server`, when its turn has come (token_bucket.h). kUnavailable also: it was
// told to stop before.
std::unique_ptr<Fetcher> NewPacedFetcher(std::unique_ptr<Fetcher> server, PaceOptions options);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_PACED_FETCHER_H_
