#include "rpc/open_streams.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/thread.h"

namespace sumlog::rpc {
namespace {

// How often stalled streams are looked for: often enough for the limit, rarely enough for nothing.
absl::Duration SweepInterval(absl::Duration max_stall) {
  return std::clamp(max_stall / 4, absl::Milliseconds(10), absl::Seconds(5));
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

absl::Status OpenStreams::Add(OpenStream* stream) {
  MutexLock lock(&mu_);
  if (draining_) return absl::UnavailableError("the server is stopping");
  if (streams_.size() >= limits_.max_streams) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the server has ", streams_.size(), " streams open, the most it takes"));
  }
  streams_.insert(stream);
  return absl::OkStatus();
}

void OpenStreams::Remove(OpenStream* stream) {
  MutexLock lock(&mu_);
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
  for (OpenStream* stream : streams_) stream->OnDrain();
  while (!streams_.empty()) {
    const absl::Duration left = end - absl::Now();
    if (left <= absl::ZeroDuration()) break;
    removed_.WaitFor(&mu_, left);
  }
}

void OpenStreams::Run() {
  const absl::Duration interval = SweepInterval(limits_.max_stall);
  MutexLock lock(&mu_);
  while (!stopping_) {
    if (std::exchange(new_head_, false)) {
      for (OpenStream* stream : streams_) stream->OnNewHead();
    } else if (!changed_.WaitFor(&mu_, interval)) {
      CancelStalled();
    }
  }
}

void OpenStreams::CancelStalled() {
  const SteadyTime stalled =
      std::chrono::steady_clock::now() - absl::ToChronoMicroseconds(limits_.max_stall);
  for (OpenStream* stream : streams_) {
    const std::optional<SteadyTime> since = stream->WaitingSince();
    if (since.has_value() && *since < stalled) stream->Cancel();
  }
}

}  // namespace sumlog::rpc
