// Evidence of conflicts (invariant I3): somebody offered other hashes for a module version that the
// log holds. One of the two is wrong; which one is for humans to find out, and these files are what
// they have to go by.
//
//   <dir>/conflicts/<id>.txt
//
// A file is named after what contradicts what, so the same contradiction is kept once however often
// it is offered. The total is capped, and so is what one batch may add, for the sequencer waits for
// it; beyond that conflicts are only counted. A file is whole or absent, also after power loss.
//
// Owned by the writer's thread; counters() is safe from any thread.

#ifndef SUMLOG_LOG_EVIDENCE_H_
#define SUMLOG_LOG_EVIDENCE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "log/round.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::log {

struct ConflictEvidence {
  std::string key;                          // "path@version"
  StandingRecord standing;                  // what the log holds
  storage::Provenance standing_provenance;  // how that came in
  std::string refused_text;                 // what was offered
  storage::Provenance refused_provenance;   // how, and by whom
  absl::Time refused_at;
  std::string head_note;  // a signed head that covers the standing record
};

// The file's content: lines of "name: value", then the two records and the head, byte for byte.
std::string FormatEvidence(const ConflictEvidence& evidence);

// 32 hexadecimal digits of a SHA-256 over both records and the number of the standing one.
std::string EvidenceId(const ConflictEvidence& evidence);

struct EvidenceCounters {
  std::uint64_t kept = 0;      // new files
  std::uint64_t repeated = 0;  // the same contradiction again
  std::uint64_t over_cap = 0;  // only counted: the cap is reached, or that of one batch
  std::uint64_t failed = 0;    // only counted: the disk did not take the file
};

// New files that one batch may add: each costs a sync of the disk, and every add waits meanwhile.
// Whoever offers more contradictions at once shows nothing new, and can offer them again.
inline constexpr std::size_t kMaxEvidenceInBatch = 64;

class EvidenceKeeper {
 public:
  // Makes `dir` and its folder when they are missing. Does not read what is there: the first Keep
  // does. Status codes as base/file.h.
  static absl::StatusOr<std::unique_ptr<EvidenceKeeper>> Open(const std::string& dir,
                                                              std::uint64_t max_bytes);

  // Writes what is new, durably, at most kMaxEvidenceInBatch files. Returns the id of each, in
  // order; an empty one where it was only counted. Files count with whole blocks of 4 KiB, as on
  // the disk. Cost: a sync for each new file and one for the folder.
  std::vector<std::string> Keep(absl::Span<const ConflictEvidence> conflicts);

  EvidenceCounters counters() const;

 private:
  EvidenceKeeper(std::string folder, std::uint64_t max_bytes)
      : folder_(std::move(folder)), max_bytes_(max_bytes) {}

  // Adds up what lies in the folder and removes what a crash left half written.
  absl::Status MeasureFolder();
  std::string PathOf(const std::string& id) const;
  // The id of the evidence when it is in the folder, empty when it was only counted. The names of
  // new files are durable when the folder was synced.
  std::string KeepOne(const ConflictEvidence& evidence, std::vector<std::string>* new_ids);
  // Takes files back whose names may not be durable.
  void TakeBack(const std::vector<std::string>& new_ids, std::vector<std::string>* ids);

  // Constant after construction.
  const std::string folder_;
  const std::uint64_t max_bytes_;

  // Owned by the writer's thread.
  std::optional<std::uint64_t> used_bytes_;  // nothing until the folder was measured

  std::atomic<std::uint64_t> kept_ = 0;
  std::atomic<std::uint64_t> repeated_ = 0;
  std::atomic<std::uint64_t> over_cap_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_EVIDENCE_H_
