// The sequencer's thread: takes what has gathered and makes rounds of it.
//
//   ask the index → round (pure) → sign → commit → anchor → publish → complete the waiters
//
// One synced commit, one anchor sync and one signature per round; a round in which nothing is new
// commits and signs nothing. The next round gathers in the queue meanwhile.
//
// Safe from any thread.

#ifndef SUMLOG_LOG_WRITER_H_
#define SUMLOG_LOG_WRITER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "log/add_queue.h"
#include "log/anchor.h"
#include "log/evidence.h"
#include "log/head_history.h"
#include "log/head_publisher.h"
#include "log/log_reader.h"
#include "log/round.h"
#include "log/sequencer.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::log {

class Writer final : public Sequencer {
 public:
  struct Options {
    // These outlive the writer, and nobody else changes them while it runs. The newest head of
    // `reader` is that of `store`, and anchored.
    storage::LogStore* store = nullptr;
    Anchor* anchor = nullptr;
    LogReader* reader = nullptr;
    EvidenceKeeper* evidence = nullptr;
    Clock* clock = nullptr;

    std::vector<tlog::Signer> signers;  // at least one
    absl::Status frozen;                // not OK: refuse adds with it from the start, as Freeze
    SequencerOptions sequencer;
  };

  explicit Writer(Options options);
  ~Writer() override { Drain(); }

  void Add(AddRequest request, AddDone done) override;

  // Refuses later adds, completes what is queued and ends the thread. Idempotent; not from the
  // sequencer's thread.
  void Drain();

  // Refuses adds with `why` (an error) until Thaw. When it returns OK, no record is under way.
  // kUnavailable: a round that failed is still to be finished; adds are refused all the same. Not
  // from the sequencer's thread.
  absl::Status Freeze(absl::Status why);
  void Thaw() { queue_.Resume(); }

  struct Counters {
    std::uint64_t appended = 0, already_there = 0, conflicts = 0;  // records
    std::uint64_t heads = 0;                                       // signed and published
    AddQueue::Depth queued;
  };
  Counters counters() const;

  // OK when the last round went well; else what it met: the writer tries again, or has stopped for
  // good when StopsWriter.
  absl::Status status() const;

 private:
  void Run();
  void SetStatus(const absl::Status& status);
  // Makes one round of the requests: all of them are completed on OK, none on error.
  absl::Status RunOnce(std::vector<QueuedAdd>& adds);
  absl::StatusOr<std::shared_ptr<const PublishedHead>> Sign(tlog::TreeHead head,
                                                            tlog::TreeEdge edge) const;
  void Count(const RoundOutcome& outcome);
  void Complete(std::vector<QueuedAdd>& adds, RoundOutcome outcome);
  void KeepEvidence(RoundOutcome& outcome, const PublishedHead& newest);

  // Constant after construction.
  const Options options_;

  AddQueue queue_;

  // Owned by the sequencer's thread.
  HeadPublisher publisher_;
  HeadHistory history_;

  std::atomic<std::uint64_t> appended_ = 0;
  std::atomic<std::uint64_t> already_there_ = 0;
  std::atomic<std::uint64_t> conflicts_ = 0;
  std::atomic<std::uint64_t> heads_ = 0;

  mutable Mutex mu_;
  absl::Status status_ ABSL_GUARDED_BY(mu_);

  Mutex thread_mu_;
  std::jthread thread_ ABSL_GUARDED_BY(thread_mu_);  // last: it uses all of the above
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_WRITER_H_
