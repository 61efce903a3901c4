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

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "log/anchor.h"
#include "log/log_reader.h"
#include "log/sequencer.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::log {

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
  // The caller then makes the anchor from the returned note (Anchor::Create).
  static absl::StatusOr<std::string> CreateFirstHead(storage::LogStore& store,
                                                     const std::vector<tlog::Signer>& signers,
                                                     Clock* clock);

  // Opens in O(1): reads the newest head and the right edge, and checks that the head is signed by
  // our key, that the edge hashes to its root, and that the head extends the anchored one.
  //
  //   kFailedPrecondition  the database is behind its anchor; the message has both sizes and times.
  //                        Nothing was changed.
  //   kDataLoss            the head is not signed by our key, the edge does not hash to its root,
  //   or
  //                        the database contradicts the anchor
  //   kNotFound            a store without a first head
  static absl::StatusOr<std::unique_ptr<OriginLog>> Open(Options options);

  virtual ~OriginLog() = default;

  virtual Sequencer& sequencer() = 0;
  virtual const LogReader& reader() const = 0;

  // Stops taking adds, completes what is queued, and waits for it. Idempotent.
  virtual void Drain() = 0;
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_ORIGIN_LOG_H_
