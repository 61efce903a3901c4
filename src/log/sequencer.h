// The one writer of a log: queue → round → commit → anchor → publish → complete the waiters.
//
// Callers enqueue and wait for a completion; the sequencer's thread takes what has gathered
// (bounded by count, bytes and a short window), runs the pure round on it, and pays one database
// sync, one anchor sync and one signature for all of it. The next round gathers meanwhile.
//
// Promises (architecture.md): I1 one history, I2 an answer is a promise, I3 one truth per module
// version.

#ifndef SUMLOG_LOG_SEQUENCER_H_
#define SUMLOG_LOG_SEQUENCER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "log/published_head.h"
#include "sumlog/gosum/record.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::log {

// What became of one record.
struct AddResult {
  enum class Outcome {
    kAppended,      // it has a new number
    kAlreadyThere,  // the log held it, with the same hashes, under this number
    kConflict,      // the log holds other hashes for this module version: nothing was written
  };
  Outcome outcome = Outcome::kAppended;
  std::uint64_t number = 0;  // of the record in the log (for a conflict: of the one that stands)
  std::string evidence_id;   // kConflict only: name of the kept evidence; empty when over its cap
};

struct AddAnswer {
  std::vector<AddResult> results;  // one per record, in order
  // Shared: one published head completes many waiters. Covers every number in `results`.
  std::shared_ptr<const PublishedHead> head;
};

struct AddRequest {
  std::vector<gosum::Record> records;  // none is fine: the answer is then the newest head
  storage::Provenance provenance;      // `when` left at absl::Time() means now
};

// Called once, from the sequencer's thread or from Add itself: must be quick and must not call Add
// and wait for it.
using AddDone = std::function<void(absl::StatusOr<AddAnswer>)>;

struct SequencerOptions {
  std::size_t max_queued_records = 65'536;   // a request without records counts as one
  std::size_t max_queued_bytes = 64u << 20;  // of record texts and module versions
  std::size_t max_round_records = 16'384;  // a request is never split, so a round may be larger by
                                           // one request
  absl::Duration gather_window = absl::ZeroDuration();  // wait this long for more before a round
  bool bulk = false;  // commit with LogStore::CommitBulk: for imports of many records
  // How long to wait before what failed is tried again when no add comes in meanwhile.
  absl::Duration retry_interval = absl::Seconds(1);
};

class Sequencer {
 public:
  virtual ~Sequencer() = default;

  // Adds records; `done` runs when all of them are durable, integrated and published. Its status:
  //   kInvalidArgument     a record that is not valid, or provenance over its limits; the whole
  //                        request is refused
  //   kResourceExhausted   the queue is full (too many records or bytes wait), or the disk is; a
  //                        full disk is as kUnavailable
  //   kUnavailable         the disk failed; what was asked may still become part of the log, so ask
  //                        again: the same record gets the same answer
  //   kFailedPrecondition  frozen (IsFrozen of decision.h tells), stopping, or another writer has
  //                        changed the log: this writer has stopped
  //   kDataLoss            the log's data is damaged: this writer has stopped
  // Safe from any thread.
  virtual void Add(AddRequest request, AddDone done) = 0;

  // Add and wait. Not from the sequencer's thread.
  absl::StatusOr<AddAnswer> AddAndWait(AddRequest request);
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_SEQUENCER_H_
