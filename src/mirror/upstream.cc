#include "mirror/upstream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "client/borrowed_fetcher.h"
#include "client/failover_fetcher.h"
#include "client/http_fetcher.h"
#include "client/mask_credentials.h"
#include "client/paced_fetcher.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::mirror {
namespace {

// Whatever a server says in place of its head, it is none of a checksum database.
absl::Status NoDatabase(const absl::Status& failure) {
  const absl::Status status =
      absl::UnavailableError(absl::StrCat("no checksum database answers: ", failure.message()));
  return client::WithRetryAfter(client::WithServerText(status, client::ServerTextOf(failure)),
                                client::RetryAfterOf(failure));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Upstream>> Upstream::Open(Options options) {
  CHECK(!options.urls.empty());
  if (!options.open) {
    options.open = [agent = options.user_agent, ca_file = options.ca_file](
                       const std::string& url, std::function<bool()> cancelled) {
      client::HttpFetcherOptions http;
      http.base_url = url;
      http.user_agent = agent;
      http.ca_file = ca_file;
      http.cancelled = std::move(cancelled);
      return client::NewHttpFetcher(http);
    };
  }
  std::unique_ptr<Upstream> upstream(new Upstream(std::move(options)));
  for (const std::string& url : upstream->options_.urls) {
    absl::StatusOr<std::unique_ptr<client::Fetcher>> place = upstream->options_.open(
        url, [raw = upstream.get()] { return raw->stopped_ || raw->IsOutOfPatience(); });
    if (!place.ok()) {
      return client::Reword(place.status(), absl::StrCat("upstream ", client::MaskCredentials(url),
                                                         ": ", place.status().message()));
    }
    upstream->places_.push_back(client::NewPacedFetcher(
        *std::move(place),
        {.max_requests_per_second = upstream->options_.max_requests_per_second,
         .clock = upstream->options_.clock,
         .wait = [raw = upstream.get()](absl::Duration wait) { return raw->Wait(wait); }}));
  }
  upstream->Begin(/*next_place=*/false);
  return upstream;
}

Upstream::Upstream(Options options)
    : options_(std::move(options)), shown_(client::MaskCredentialsOf(options_.urls, ", ")) {}

void Upstream::Begin(bool next_place) {
  last_answer_ = std::chrono::steady_clock::now();
  if (next_place) ++first_place_;
  if (failover_ != nullptr && !next_place) return;
  client::FailoverOptions failover;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    failover.fetchers.push_back(
        std::make_unique<client::BorrowedFetcher>(*places_[(first_place_ + i) % places_.size()]));
  }
  failover.wait = [this](absl::Duration wait) { return Wait(wait); };
  failover_ = client::NewFailoverFetcher(std::move(failover));
}

absl::StatusOr<std::string> Upstream::Fetch(absl::string_view path, std::size_t max_bytes) {
  if (stopped_) return absl::CancelledError("told to stop");
  absl::StatusOr<std::string> answer = failover_->Fetch(path, max_bytes);
  if (answer.ok()) {
    last_answer_ = std::chrono::steady_clock::now();
    received_bytes_ += answer->size();
    return answer;
  }
  if (stopped_) return absl::CancelledError("told to stop");
  if (absl::IsUnavailable(answer.status()) && IsOutOfPatience()) {
    return client::Reword(
        answer.status(),
        absl::StrCat("nothing has come for ", absl::FormatDuration(options_.patience),
                     ", the last try: ", answer.status().message()));
  }
  return path == "/latest" ? NoDatabase(answer.status()) : answer;
}

void Upstream::Stop() {
  MutexLock lock(&mu_);
  stopped_ = true;
  changed_.NotifyAll();
}

bool Upstream::IsOutOfPatience() const {
  return absl::FromChrono(std::chrono::steady_clock::now() - last_answer_.load()) >
         options_.patience;
}

bool Upstream::Wait(absl::Duration wait) {
  const auto began = std::chrono::steady_clock::now();
  MutexLock lock(&mu_);
  while (!stopped_ && !IsOutOfPatience()) {
    const absl::Duration waited = absl::FromChrono(std::chrono::steady_clock::now() - began);
    if (waited >= wait) return true;
    // Patience may end meanwhile.
    changed_.WaitFor(&mu_, std::min(wait - waited, absl::Seconds(1)));
  }
  return false;
}

}  // namespace sumlog::mirror
