#include "rpc/open_streams.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "base/thread.h"

namespace sumlog::rpc {
namespace {

// How often stalled and idle streams are looked for: often enough for the limits, rarely enough for
// nothing.
absl::Duration SweepInterval(const OpenStreams::Limits& limits) {
  return std::clamp(std::min(limits.max_stall, limits.max_idle) / 4, absl::Milliseconds(10),
                    absl::Seconds(5));
}

bool IsLongerThan(absl::Duration limit, std::optional<SteadyTime> since, SteadyTime now) {
  return since.has_value() && absl::FromChrono(now - *since) > limit;
}

absl::Status TooMany(std::size_t count) {
  return absl::ResourceExhaustedError(
      absl::StrCat("the server has ", count, " such streams open, the most it takes"));
}

}  // namespace

OpenStreams::OpenStreams(const Limits& limits)
    : limits_(limits), thread_(StartThread("rpc-streams", [this] { Run(); })) {}

OpenStreams::~OpenStreams() {
  MutexLock lock(&mu_);
  CHECK(streams_.empty());
  stopping_ = true;
  changed_.NotifyAll();
}

absl::Status OpenStreams::Add(OpenStream* stream, Use use, const std::string& host) {
  MutexLock lock(&mu_);
  if (draining_) return absl::UnavailableError("the server is stopping");
  if (use == Use::kAdd) {
    if (add_count_ >= limits_.max_add_streams) return TooMany(add_count_);
    ++add_count_;
  } else {
    RETURN_IF_ERROR(MakePlace(host));
    by_host_[host].push_back(stream);
    ++read_count_;
  }
  streams_[stream] = {.use = use, .host = host};
  return absl::OkStatus();
}

absl::Status OpenStreams::MakePlace(const std::string& host) {
  if (read_count_ < limits_.max_streams) return absl::OkStatus();
  const auto most = std::max_element(
      by_host_.begin(), by_host_.end(),
      [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  const auto own = by_host_.find(host);
  const std::size_t own_count = own == by_host_.end() ? 0 : own->second.size();
  // Those that were given up must end before more are, so there are never twice as many as allowed.
  const std::size_t given_up_count = streams_.size() - add_count_ - read_count_;
  if (most == by_host_.end() || most->second.size() <= own_count + 1 ||
      given_up_count >= limits_.max_streams) {
    return TooMany(read_count_);
  }
  OpenStream* const last = most->second.back();
  Forget(last);
  streams_[last].is_given_up = true;
  last->OnCrowdedOut();
  return absl::OkStatus();
}

void OpenStreams::Forget(OpenStream* stream) {
  const Place& place = streams_[stream];
  if (place.is_given_up) return;
  if (place.use == Use::kAdd) {
    --add_count_;
    return;
  }
  const auto host = by_host_.find(place.host);
  host->second.erase(std::find(host->second.begin(), host->second.end(), stream));
  if (host->second.empty()) by_host_.erase(host);
  --read_count_;
}

void OpenStreams::Remove(OpenStream* stream) {
  MutexLock lock(&mu_);
  if (streams_.count(stream) == 0) return;  // Add has refused it
  Forget(stream);
  streams_.erase(stream);
  if (streams_.empty()) removed_.NotifyAll();
}

void OpenStreams::NoteNewHead() {
  MutexLock lock(&mu_);
  new_head_ = true;
  changed_.NotifyAll();
}

void OpenStreams::Drain(absl::Duration deadline) {
  const absl::Time end = absl::Now() + deadline;
  MutexLock lock(&mu_);
  draining_ = true;
  for (const auto& [stream, place] : streams_) stream->OnDrain();
  while (!streams_.empty()) {
    const absl::Duration left = end - absl::Now();
    if (left <= absl::ZeroDuration()) break;
    removed_.WaitFor(&mu_, left);
  }
}

void OpenStreams::Run() {
  const absl::Duration interval = SweepInterval(limits_);
  SteadyTime last_sweep = std::chrono::steady_clock::now();
  MutexLock lock(&mu_);
  while (!stopping_) {
    if (std::exchange(new_head_, false)) {
      for (const auto& [stream, place] : streams_) stream->OnNewHead();
    }
    // By the clock, and not when nothing else is to be done: heads may come without a pause.
    const SteadyTime now = std::chrono::steady_clock::now();
    if (IsLongerThan(interval, last_sweep, now)) {
      Sweep(now);
      last_sweep = now;
    }
    changed_.WaitFor(&mu_, interval - absl::FromChrono(now - last_sweep));
  }
}

void OpenStreams::Sweep(SteadyTime now) {
  for (const auto& [stream, place] : streams_) {
    if (IsLongerThan(limits_.max_stall, stream->WaitingSince(), now)) stream->Cancel();
    if (IsLongerThan(limits_.max_idle, stream->IdleSince(), now)) stream->OnIdle(limits_.max_idle);
  }
}

}  // namespace sumlog::rpc
