// A round: the pure step from records that wait to the batch that makes them part of the log.
//
//   (right edge, records, what the index says of each) → (batch, results, new edge, new tree head)
//
// All of a writer's decisions are made here, without I/O; the thread around it (writer.h) asks the
// index before and commits after.
//
// Pure: no I/O, no locks, no clock. Safe from any thread.

#ifndef SUMLOG_LOG_ROUND_H_
#define SUMLOG_LOG_ROUND_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "log/sequencer.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/tree_edge.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::log {

// A record that the log holds.
struct StandingRecord {
  std::uint64_t number = 0;
  std::string text;
};

// A record that wants a number.
struct RoundRecord {
  std::string key;                         // its module version, "path@version"
  std::string text;                        // the record as it is hashed; about that module version
  std::optional<StandingRecord> standing;  // the one in the log under `key`; nothing when absent
};

// The records of one request; they came in the same way.
struct RoundGroup {
  std::vector<RoundRecord> records;
  storage::Provenance provenance;
};

// A refused record and the one that stands against it.
struct RoundConflict {
  std::size_t group = 0, position = 0;  // RoundOutcome::results[group][position] is its result
  std::string key;
  StandingRecord standing;
  std::string refused_text;
  storage::Provenance refused_provenance;
};

struct RoundOutcome {
  std::vector<std::vector<AddResult>> results;  // per group, per record, in order; no evidence yet
  std::vector<RoundConflict> conflicts;         // in the order of the records
  storage::CommitBatch batch;  // all but its head; without records when nothing is new
  tlog::TreeEdge edge;         // of the tree with the new records
  tlog::TreeHead head;         // of the same tree: what is to be signed when something is new
};

// Sequences the records of `groups` after those of `edge`, in order. A record whose module version
// the log or an earlier record of the same round has is not new: the same text gets the same
// number, another text is a conflict with the one that came first. Takes the texts out of `groups`.
//
//   RoundRecord::standing->number  < edge.size()
//
// Cost: about two hashes a new record.
RoundOutcome RunRound(const tlog::TreeEdge& edge, std::vector<RoundGroup> groups);

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_ROUND_H_
