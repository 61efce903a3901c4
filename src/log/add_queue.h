// The bounded queue between those who add records and the one thread that sequences them.
//
// Bounded by count and by bytes: a full queue refuses, so that no flood of adds becomes memory.
// What one round takes is bounded too, so that one commit stays short.
//
// Safe from any thread; TakeRound is for one thread alone.

#ifndef SUMLOG_LOG_ADD_QUEUE_H_
#define SUMLOG_LOG_ADD_QUEUE_H_

#include <cstddef>
#include <deque>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "log/round.h"
#include "log/sequencer.h"

namespace sumlog::log {

// A request that waits, checked and formatted.
struct QueuedAdd {
  RoundGroup group;
  AddDone done;
};

class AddQueue {
 public:
  explicit AddQueue(const SequencerOptions& options) : options_(options) {}

  // Takes `add` and returns OK, or leaves it untouched and returns:
  //   kResourceExhausted  the queue is full; the message names the limits
  //   what Close was given
  absl::Status Put(QueuedAdd&& add);

  struct Taken {
    std::vector<QueuedAdd> adds;  // empty when `timeout` passed or the queue is closed and empty
    bool finished = false;        // closed, and nothing is left behind `adds`
  };

  // Waits for the first request (at most `timeout`; a finite one says that work that failed is in
  // the taker's hands), then for more until the gather window has
  // passed or a round is full, and takes them: whole requests, in order, until they have
  // max_round_records records.
  Taken TakeRound(absl::Duration timeout);

  // Refuses every later Put with `why` (an error). What waits can still be taken. The first call
  // counts.
  void Close(absl::Status why);

  // Refuses every later Put with `why` (an error) until Resume. What waits is still to be taken.
  void Pause(absl::Status why);
  void Resume();

  // What the taker does with what it took.
  enum class Taker {
    kBusy,      // works on it; it is done when it comes for more
    kRetrying,  // waits, with work that failed in its hands
    kIdle,      // waits for more, with nothing in its hands, or has gone
  };

  // Waits until nothing is queued and the taker waits or has gone. Returns which: kRetrying or
  // kIdle. Not from the taker's thread.
  Taker AwaitQuiet() const;

  // For the taker: it comes no more.
  void TakerGoes();

  struct Depth {
    std::size_t records = 0;
    std::size_t size_bytes = 0;
  };
  Depth depth() const;

 private:
  bool RoundIsFull() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return depth_.records >= options_.max_round_records;
  }

  // Constant after construction.
  const SequencerOptions options_;

  mutable Mutex mu_;
  CondVar not_empty_;   // or closed
  CondVar round_full_;  // or closed
  mutable CondVar taker_changed_;

  // Guarded by mu_.
  std::deque<QueuedAdd> queue_ ABSL_GUARDED_BY(mu_);
  Depth depth_ ABSL_GUARDED_BY(mu_);  // of queue_
  absl::Status closed_ ABSL_GUARDED_BY(mu_);
  absl::Status paused_ ABSL_GUARDED_BY(mu_);
  Taker taker_ ABSL_GUARDED_BY(mu_) = Taker::kBusy;  // until it comes for the first time
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_ADD_QUEUE_H_
