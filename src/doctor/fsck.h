// fsck: re-hashes a whole log and names each thing that is broken.
//
// Order: data tiles → level-0 hashes → hash tiles of every level → signed head (and its signature)
// → index (each row points to its record, each record has its row) → provenance. Reads only.
//
// Thread rule: one call at a time per store.

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
  std::string stage;        // "data", "tiles", "index"
  std::uint64_t done = 0;   // of `total`, in records (data, index) or tiles
  std::uint64_t total = 0;  // 0 when not known
};

struct FsckProblem {
  std::string thing;  // "data tile 12", "hash tile 1/0 entry 3", "index row example.com@v1.0.0"
  std::string what;   // what was found and what was expected
  bool signed_contradiction = false;  // bytes under a valid signature contradict it: exit code 4
};

struct FsckReport {
  std::uint64_t tree_size = 0;
  std::uint64_t records_checked = 0;
  std::uint64_t tiles_checked = 0;
  std::uint64_t index_rows_checked = 0;
  std::vector<FsckProblem> problems;  // at most kMaxFsckProblems are kept, all are counted
  std::uint64_t problem_count = 0;
};

inline constexpr std::size_t kMaxFsckProblems = 1000;

struct FsckOptions {
  std::vector<tlog::VerifierKey> keys;                // of the log
  std::function<void(const FsckProgress&)> progress;  // may be empty; called a few times a second
};

// Checks all of it. A broken thing is a problem in the report, not an error; an error means that
// the check itself could not go on (kUnavailable: the disk does not answer; kNotFound: no head at
// all).
absl::StatusOr<FsckReport> Fsck(const storage::LogStore& store, const FsckOptions& options);

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_FSCK_H_
