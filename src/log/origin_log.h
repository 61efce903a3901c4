// An origin log: store, key, anchor, sequencer and reader of a log whose key we hold, as one
// object.
//
//   const OriginLog::Options options{.store = …, .signer = …, .anchor = …};
//   ASSIGN_OR_RETURN(std::unique_ptr<OriginLog> log, OriginLog::Open(std::move(options)));
//   log->sequencer().AddAndWait(…);
//   log->reader().Lookup(…);
//
// Safe from any thread, once open.

#ifndef SUMLOG_LOG_ORIGIN_LOG_H_
#define SUMLOG_LOG_ORIGIN_LOG_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "log/anchor.h"
#include "log/block_list.h"
#include "log/evidence.h"
#include "log/evidence_folder.h"
#include "log/frozen_state.h"
#include "log/log_reader.h"
#include "log/sequencer.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::log {

// What a log has done since it was opened, and how its writer fares.
struct LogStats {
  std::uint64_t appended = 0, already_there = 0, conflicts = 0;  // records
  std::uint64_t heads = 0;                                       // signed and published
  std::size_t queued_records = 0, queued_bytes = 0;              // waiting now
  EvidenceCounters evidence;                                     // of the conflicts
  // OK, or what the last round met. kFailedPrecondition and kDataLoss: the writer has stopped for
  // good, while readers go on at the newest published head; anything else is tried again.
  absl::Status writer;
};

class OriginLog {
 public:
  struct Options {
    std::unique_ptr<storage::LogStore> store;
    std::vector<tlog::Signer> signers;  // at least one; all sign every head
    std::unique_ptr<Anchor> anchor;
    std::string evidence_dir;  // where conflicts are kept; made when missing
    std::uint64_t max_evidence_bytes = 1u << 30;
    SequencerOptions sequencer;
    LogReader::Options reader;
    Clock* clock = SystemClock();
  };

  // Signs the head of the empty tree and commits it to a new store: the first step of a log's life.
  // The caller then makes the anchor from the returned note (Anchor::Create). kFailedPrecondition
  // when the store is not new, kInvalidArgument without a signer; else the store's own errors.
  static absl::StatusOr<std::string> CreateFirstHead(storage::LogStore& store,
                                                     const std::vector<tlog::Signer>& signers,
                                                     Clock* clock);

  // Opens in O(1): reads the newest head and the right edge, and checks that the head is signed by
  // our key, that the edge hashes to its root, and that the head extends the anchored one.
  //
  //   kFailedPrecondition  the database is behind its anchor, or the anchor's head is not signed by
  //                        a key of ours. The message has the sizes and times of both, and how to
  //                        go on; several lines. Nothing was changed.
  //   kDataLoss            the head is not signed by our key, the edge does not hash to its root,
  //                        the database contradicts the anchor, or kept state is damaged
  //   kNotFound            a store without a first head
  //   kInvalidArgument     no store, signer, anchor or folder for evidence
  // or the errors of the store, of the anchor (Anchor::Store: a database that is ahead of its
  // anchor brings it forward first) and of making evidence_dir.
  static absl::StatusOr<std::unique_ptr<OriginLog>> Open(Options options);

  virtual ~OriginLog() = default;

  virtual Sequencer& sequencer() = 0;
  virtual const LogReader& reader() const = 0;
  virtual LogStats stats() const = 0;

  // The store, for small state that is not the log's own (tokens). Commits are the writer's alone.
  virtual storage::LogStore& store() = 0;

  // Takes no more records until Thaw, also after a restart; readers go on. When it returns OK, no
  // record is under way, and adds are refused with FrozenError(decision). A frozen log takes the
  // new decision. Not from an AddDone.
  //   kInvalidArgument  not a decision (CheckDecision); nothing has changed
  //   kUnavailable      adds are refused, but a round that failed is still to be finished when the
  //                     disk lets it: call again to know
  // or the store's errors; nothing has changed then.
  virtual absl::Status Freeze(const FrozenState& decision) = 0;

  // Takes records again. kFailedPrecondition: the log is not frozen; or the store's errors.
  virtual absl::Status Thaw() = 0;

  // Why adds are refused; nothing while they are taken.
  virtual std::optional<FrozenState> frozen() const = 0;

  // The module versions that reader().Lookup refuses.
  virtual BlockList& blocks() = 0;

  // What was kept of conflicts.
  virtual const EvidenceFolder& evidence() const = 0;

  // Stops taking adds, completes what is queued, and waits for it. Idempotent; not from an AddDone.
  virtual void Drain() = 0;
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_ORIGIN_LOG_H_
