// Lines of a go.sum file, sorted into parts by module version, in a spool file.
//
// Owned by one thread.

#ifndef SUMLOG_CLI_LINE_SPOOL_H_
#define SUMLOG_CLI_LINE_SPOOL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/spool_file.h"

namespace sumlog::cli {

// A file that is 128 times too large for memory still has parts that fit.
inline constexpr std::size_t kSpoolParts = 128;

class LineSpool {
 public:
  // Keeps a pointer to `file`, which must outlive this object.
  explicit LineSpool(SpoolFile* file) : file_(file) {}

  // Keeps a line (without its newline) that stands at `line_number`. Lines of one module version
  // all go to the same part. Status codes as base/file.h.
  absl::Status Add(absl::string_view line, std::uint64_t line_number);

  // Writes what still waits in memory. After the last Add.
  absl::Status Seal();

  struct Lines {
    std::string text;                         // each with a newline
    std::vector<std::uint64_t> line_numbers;  // of each line
  };

  // The lines of a part (below kSpoolParts), in the order of the file. After Seal.
  absl::StatusOr<Lines> Read(std::size_t part) const;

 private:
  struct Part {
    std::string unwritten;
    std::vector<SpoolFile::Piece> pieces;
  };

  absl::Status Write(Part& part);

  SpoolFile* file_;
  std::array<Part, kSpoolParts> parts_;
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_LINE_SPOOL_H_
