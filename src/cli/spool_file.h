// An unnamed file for what does not fit in memory: written once from front to back, read in pieces.
//
// It has no name in its folder, so it goes with the object, or with the process however it dies.
// Owned by one thread.

#ifndef SUMLOG_CLI_SPOOL_FILE_H_
#define SUMLOG_CLI_SPOOL_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/file.h"

namespace sumlog::cli {

class SpoolFile {
 public:
  struct Piece {
    std::uint64_t offset = 0;
    std::size_t size_bytes = 0;
  };

  // The file is made in `folder` by the first Append.
  explicit SpoolFile(std::string folder) : folder_(std::move(folder)) {}

  // Status codes as base/file.h.
  absl::StatusOr<Piece> Append(absl::string_view bytes);

  // Appends to `out` what a piece holds. Status codes as base/file.h.
  absl::Status Read(const Piece& piece, std::string* out) const;

 private:
  const std::string folder_;
  FileDescriptor file_;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_SPOOL_FILE_H_
