// The places that serve one upstream, asked with patience that ends.
//
// As long as answers come, a piece of work may take days. When nothing has come for `patience`,
// whatever was tried, everything that is under way is given up: a server that sends a byte a second
// holds nobody for ever. No place is asked more often than it was said (client/paced_fetcher.h);
// whoever waits for a turn meanwhile is not kept from stopping. Connections are kept between pieces
// of work.
//
// Safe from any thread.

#ifndef SUMLOG_MIRROR_UPSTREAM_H_
#define SUMLOG_MIRROR_UPSTREAM_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "sumlog/client/sumdb_client.h"

namespace sumlog::mirror {

inline constexpr absl::Duration kDefaultPatience = absl::Seconds(40);

// Opens one place. `cancelled` may be asked while something is fetched.
using OpenPlace = std::function<absl::StatusOr<std::unique_ptr<client::Fetcher>>(
    const std::string& url, std::function<bool()> cancelled)>;

class Upstream final : public client::Fetcher {
 public:
  struct Options {
    std::vector<std::string> urls;  // at least one, in order of preference
    std::string user_agent = "sumlog";
    std::string ca_file = {};  // PEM; empty: the system's authorities
    absl::Duration patience = kDefaultPatience;
    std::uint32_t max_requests_per_second = 0;  // to each of the URLs; 0: no bound
    Clock* clock = SystemClock();               // for that bound; outlives the upstream
    OpenPlace open = {};                        // empty: over HTTP, or a folder by file://
  };

  // Touches no network. kInvalidArgument: a URL that is none.
  static absl::StatusOr<std::unique_ptr<Upstream>> Open(Options options);

  // Begins a piece of work: patience begins anew. `next_place`: ask another place first than the
  // last time. Not while something is being fetched.
  void Begin(bool next_place);

  // As client/failover_fetcher.h. kCancelled: Stop was called. For "/latest", whatever is no head
  // is kUnavailable: no checksum database answers there.
  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override;

  // Gives up what is under way, within about a second, and all that comes later.
  void Stop();
  bool stopped() const { return stopped_; }

  // The URLs without credentials, for people.
  const std::string& shown() const { return shown_; }
  std::uint64_t received_bytes() const { return received_bytes_; }

 private:
  explicit Upstream(Options options);

  bool IsOutOfPatience() const;
  bool Wait(absl::Duration wait);

  // Constant after construction, but for what Begin does between pieces of work.
  const Options options_;
  const std::string shown_;
  std::vector<std::unique_ptr<client::Fetcher>> places_;
  std::size_t first_place_ = 0;
  std::unique_ptr<client::Fetcher> failover_;  // over places_

  std::atomic<bool> stopped_ = false;
  std::atomic<std::uint64_t> received_bytes_ = 0;
  std::atomic<std::chrono::steady_clock::time_point> last_answer_;

  Mutex mu_;
  CondVar changed_;  // of stopped_
};

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_UPSTREAM_H_
