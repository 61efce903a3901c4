// go.sum files of any size, checked as a whole before anything of them is used.
//
//   ASSIGN_OR_RETURN(auto input, GoSumInput::Read({.name = path, .read = …}, &workspace));
//   while (input->HasPart()) {
//     ASSIGN_OR_RETURN(const gosum::GoSumFile part, input->TakePart());
//   }
//
// A file that fits in memory is one part. The lines of a larger one are sorted into parts by module
// version, in a spool file, so that the two lines of a record find each other however far apart
// they stand. Its records then come out in another order than they stand in the file.
//
// Owned by one thread.

#ifndef SUMLOG_CLI_GO_SUM_INPUT_H_
#define SUMLOG_CLI_GO_SUM_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cli/spool_file.h"
#include "sumlog/gosum/go_sum_file.h"

namespace sumlog::cli {

struct GoSumSource {
  std::string name;  // for messages: the path, or "-"
  // Fills the front of the span and returns how much; 0 at the end. Errors name the file.
  std::function<absl::StatusOr<std::size_t>(absl::Span<char>)> read;
};

// Shared by all files of one import.
struct GoSumWorkspace {
  std::size_t max_part_bytes = std::size_t{32} << 20;  // a larger file comes in many parts
  std::size_t memory_bytes = std::size_t{32} << 20;    // what files may still keep in memory
  SpoolFile spool;                                     // where the rest of them goes
};

class GoSumInput {
 public:
  // Reads and checks the whole source. Keeps a pointer to `workspace`, which must outlive the
  // result. kInvalidArgument: a malformed line, as "NAME:LINE: …". Else what the system says.
  static absl::StatusOr<std::unique_ptr<GoSumInput>> Read(const GoSumSource& source,
                                                          GoSumWorkspace* workspace);

  virtual ~GoSumInput() = default;

  // About how many records will come; exact when the lines of each version stand together.
  virtual std::uint64_t record_estimate() const = 0;

  virtual bool HasPart() const = 0;

  // The next part; needs HasPart(). Line numbers are those of the file.
  virtual absl::StatusOr<gosum::GoSumFile> TakePart() = 0;
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_GO_SUM_INPUT_H_
