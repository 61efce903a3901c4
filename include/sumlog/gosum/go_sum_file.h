// go.sum and go.work.sum files.
//
// Pure; safe from any thread. Spec: the go command's modfetch.readGoSum (three fields to a line).

#ifndef SUMLOG_GOSUM_GO_SUM_FILE_H_
#define SUMLOG_GOSUM_GO_SUM_FILE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sumlog/gosum/module_path.h"
#include "sumlog/gosum/record.h"

namespace sumlog::gosum {

// Room for the longest path, the longest version and a hash of a kind that is not invented yet.
inline constexpr std::size_t kMaxGoSumLineSizeBytes = 4096;
static_assert(kMaxGoSumLineSizeBytes >= 2 * (kMaxPathSizeBytes + kMaxVersionSizeBytes));

// Two lines of one file that say different things of the same module version.
struct GoSumConflict {
  ModuleVersion module;
  bool of_go_mod = false;                       // the "/go.mod" line, else the module's own
  std::size_t first_line = 0, second_line = 0;  // 1-based
  std::string first_hash, second_hash;
};

struct GoSumFile {
  std::vector<Record> records;            // complete pairs, in order of first appearance
  std::vector<ModuleVersion> incomplete;  // only one of the two lines is there (go.sum is full of
                                          // versions with just "/go.mod"), in order
  std::vector<GoSumConflict> conflicts;   // their versions are in neither list above; one for each
                                          // line of a record, however often the file repeats it
  std::size_t other_hash_lines = 0;       // lines that were skipped for their hash: see below
};

// Parses a whole file. Blank lines, "\r\n" and repeated equal lines are fine, a newline at the end
// may be missing. As the go command does, skips hashes of another kind than "h1:" and the hash of
// an empty go.mod, which an old go command wrote by mistake. kInvalidArgument: a malformed line, as
// "line 12: <what is wrong>: <the line, cut>", or one longer than kMaxGoSumLineSizeBytes.
//
// Cost: linear in the file; besides the result about 120 bytes for each module version.
absl::StatusOr<GoSumFile> ParseGoSumFile(absl::string_view content);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_GO_SUM_FILE_H_
