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
#include "sumlog/gosum/record.h"

namespace sumlog::gosum {

// Two lines of one file that say different things of the same module version.
struct GoSumConflict {
  ModuleVersion module;
  bool of_go_mod = false;  // the "/go.mod" line, else the module's own
  std::size_t first_line = 0, second_line = 0;  // 1-based
  std::string first_hash, second_hash;
};

struct GoSumFile {
  std::vector<Record> records;              // complete pairs, in order of first appearance
  std::vector<ModuleVersion> incomplete;    // only one of the two lines is there (go.sum is full of
                                            // versions with just "/go.mod"), in order
  std::vector<GoSumConflict> conflicts;     // their versions are in neither list above
};

// Parses a whole file. Blank lines, "\r\n" and repeated equal lines are fine; hashes of another kind
// than "h1:" are skipped as the go command does. kInvalidArgument: a malformed line, as
// "line 12: <what is wrong>: <the line, cut>".
absl::StatusOr<GoSumFile> ParseGoSumFile(absl::string_view content);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_GO_SUM_FILE_H_
