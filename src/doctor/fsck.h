// fsck: re-hashes a whole log and names each thing that is broken.
//
// One pass over the data: each record is hashed and parsed, each hash tile of every level is
// compared with what is below it, each kept head with the root of its records, and the provenance
// read; then one pass over the index (each row points to its record, each record has its row, no
// module version has two). Where two things disagree, the level above says which of them is wrong:
// one broken thing is one problem.
//
// Reads only. Memory does not grow with the log. Checks the log as of the head that is the newest
// at the start, also beside a writer. Not checked: rows of a mirrored log's odd records, which have
// no index row; wrong bytes inside a provenance, for which nobody vouches.
//
// Thread rule: as LogStore's readers; the store is read from one thread more than the caller's.
// Trust: what is on disk is believed only as far as it leads to a signature by one of the keys.

#ifndef SUMLOG_DOCTOR_FSCK_H_
#define SUMLOG_DOCTOR_FSCK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::doctor {

struct FsckProgress {
  std::string stage;        // "data", then "index"
  std::uint64_t done = 0;   // of `total`, in records
  std::uint64_t total = 0;  // an index may have fewer rows than there are records
};

struct FsckProblem {
  std::string thing;  // "data tile 12 record 3085", "hash tile 1/0 entry 3",
                      // "index row example.com@v1.0.0"
  std::string what;   // what was found and what was expected
  // Bytes under a valid signature contradict it, or each other: exit code 4. Not so for what is
  // only unreadable, or is no part of the tree (index, provenance).
  bool signed_contradiction = false;
};

struct FsckReport {
  std::uint64_t tree_size = 0;
  std::uint64_t records_checked = 0;
  std::uint64_t tiles_checked = 0;
  std::uint64_t index_rows_checked = 0;
  std::uint64_t leaf_rows_checked = 0;
  std::vector<FsckProblem> problems;  // at most kMaxFsckProblems are kept, all are counted
  std::uint64_t problem_count = 0;
  std::uint64_t contradiction_count = 0;  // of them, those with signed_contradiction
};

inline constexpr std::size_t kMaxFsckProblems = 1000;

struct FsckOptions {
  std::vector<tlog::VerifierKey> keys;                // of the log
  std::function<void(const FsckProgress&)> progress;  // may be empty; called a few times a second

  // The leaf index (LogStore::FindLeaf) is asked for every record of a log of at most this many;
  // of a larger one for a sample, one record of each data tile and all of the last. A question
  // takes about 8 µs from memory, four times as long as all the rest of the check, and a read of
  // the disk from there: this many take seconds.
  std::uint64_t every_leaf_row_up_to = 1'000'000;

  // Chooses the sample: the same seed, the same sample of the same log.
  std::uint32_t seed = 1;
};

// Checks all of it. A broken thing is a problem in the report, not an error; an error means that
// the check itself could not go on (kUnavailable: the disk does not answer; kNotFound: no head at
// all).
absl::StatusOr<FsckReport> Fsck(const storage::LogStore& store, const FsckOptions& options);

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_FSCK_H_
