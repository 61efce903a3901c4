// A Fetcher over several places that serve the same database: when one does not answer the next is
// asked, and when none does they are all asked again, later.
//
// The place that answered last is asked first. Between rounds it waits, twice as long each time and
// by a random part less, so that many clients of a server that comes back do not all come at once.
// It waits as long as a server asks for (Retry-After), or gives up when that is more than max_wait.
//
// Safe from any thread.

#ifndef SUMLOG_CLIENT_FAILOVER_FETCHER_H_
#define SUMLOG_CLIENT_FAILOVER_FETCHER_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "sumlog/client/sumdb_client.h"

namespace sumlog::client {

struct FailoverOptions {
  std::vector<std::unique_ptr<Fetcher>> fetchers;  // at least one
  int rounds = 4;                                  // over all of them; at least 1
  absl::Duration first_wait = absl::Milliseconds(200);
  absl::Duration max_wait = absl::Seconds(10);
  // Waits, from any thread; false: it was told to stop, and the last failure is the answer.
  std::function<bool(absl::Duration)> wait;
};

// Its Fetch returns the first answer. Failing that, after all rounds:
//   kNotFound     every place has said so, in one round: it is nowhere
//   kUnavailable  at least one place was not reachable, or did not say; asking again may help
//   else          what the place that was asked first has said; no further round is made
std::unique_ptr<Fetcher> NewFailoverFetcher(FailoverOptions options);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_FAILOVER_FETCHER_H_
