#include "log/add_queue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace sumlog::log {
namespace {

AddQueue::Depth Measure(const RoundGroup& group) {
  AddQueue::Depth depth{.records = std::max<std::size_t>(group.records.size(), 1)};
  for (const RoundRecord& record : group.records) {
    depth.size_bytes += record.key.size() + record.text.size();
  }
  return depth;
}

absl::Status Full(const AddQueue::Depth& waiting, const AddQueue::Depth& added,
                  const SequencerOptions& options) {
  return absl::ResourceExhaustedError(absl::StrCat(
      "the queue is full: ", added.records, " records of ", added.size_bytes, " bytes came, ",
      waiting.records, " records of ", waiting.size_bytes, " bytes wait, want at most ",
      options.max_queued_records, " records and ", options.max_queued_bytes, " bytes"));
}

}  // namespace

absl::Status AddQueue::Put(QueuedAdd&& add) {
  const Depth added = Measure(add.group);
  MutexLock lock(&mu_);
  if (!closed_.ok()) return closed_;
  if (!paused_.ok()) return paused_;
  if (added.records > options_.max_queued_records ||
      depth_.records > options_.max_queued_records - added.records ||
      added.size_bytes > options_.max_queued_bytes ||
      depth_.size_bytes > options_.max_queued_bytes - added.size_bytes) {
    return Full(depth_, added, options_);
  }
  depth_.records += added.records;
  depth_.size_bytes += added.size_bytes;
  queue_.push_back(std::move(add));
  if (queue_.size() == 1) not_empty_.NotifyOne();
  if (RoundIsFull()) round_full_.NotifyOne();
  return absl::OkStatus();
}

AddQueue::Taken AddQueue::TakeRound(absl::Duration timeout) {
  Taken taken;
  MutexLock lock(&mu_);
  taker_ = timeout == absl::InfiniteDuration() ? Taker::kIdle : Taker::kRetrying;
  taker_changed_.NotifyAll();
  while (queue_.empty() && closed_.ok()) {
    if (timeout == absl::InfiniteDuration()) {
      not_empty_.Wait(&mu_);
    } else if (!not_empty_.WaitFor(&mu_, timeout)) {
      break;
    }
  }
  // One wait, not a loop: waking early only makes a smaller round.
  if (!queue_.empty() && closed_.ok() && options_.gather_window > absl::ZeroDuration() &&
      !RoundIsFull()) {
    round_full_.WaitFor(&mu_, options_.gather_window);
  }
  taker_ = Taker::kBusy;
  std::size_t records = 0;
  while (!queue_.empty() && (taken.adds.empty() || records < options_.max_round_records)) {
    const Depth depth = Measure(queue_.front().group);
    records += depth.records;
    depth_.records -= depth.records;
    depth_.size_bytes -= depth.size_bytes;
    taken.adds.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  taken.finished = !closed_.ok() && queue_.empty();
  return taken;
}

void AddQueue::Close(absl::Status why) {
  CHECK(!why.ok());
  MutexLock lock(&mu_);
  if (!closed_.ok()) return;
  closed_ = std::move(why);
  not_empty_.NotifyAll();
  round_full_.NotifyAll();
}

void AddQueue::Pause(absl::Status why) {
  CHECK(!why.ok());
  MutexLock lock(&mu_);
  paused_ = std::move(why);
}

void AddQueue::Resume() {
  MutexLock lock(&mu_);
  paused_ = absl::OkStatus();
}

AddQueue::Taker AddQueue::AwaitQuiet() const {
  MutexLock lock(&mu_);
  while (!queue_.empty() || taker_ == Taker::kBusy) taker_changed_.Wait(&mu_);
  return taker_;
}

void AddQueue::TakerGoes() {
  MutexLock lock(&mu_);
  taker_ = Taker::kIdle;
  taker_changed_.NotifyAll();
}

AddQueue::Depth AddQueue::depth() const {
  MutexLock lock(&mu_);
  return depth_;
}

}  // namespace sumlog::log
