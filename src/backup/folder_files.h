// The files of a folder as bytes: listed, hashed, copied, linked, and never through a symbolic
// link.
//
// Safe from any thread. Errors as base/file.h; what is no regular file is kInvalidArgument.

#ifndef SUMLOG_BACKUP_FOLDER_FILES_H_
#define SUMLOG_BACKUP_FOLDER_FILES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/sha256.h"

namespace sumlog::backup {

// Of something in a folder.
struct FolderEntry {
  std::string name;
  bool is_file = false;    // a regular file
  bool is_folder = false;  // and neither for a link, a socket, …
  std::uint64_t size_bytes = 0;
};

// Everything in `folder`, by name; kInvalidArgument when `folder` is no folder. It may be a link to
// one; no link in it is followed.
absl::StatusOr<std::vector<FolderEntry>> ListFolder(const std::string& folder);

struct FileSums {
  std::uint64_t size_bytes = 0;
  crypto::Digest sha256 = {};
};

// Told of each piece of bytes that was read; an error ends the reading.
using PieceWatch = std::function<absl::Status(std::uint64_t piece_bytes)>;

// Reads a file to its end. Unless `copy` is empty, writes the same bytes to that new file (mode
// 0600), synced; the folder's entry is not.
absl::StatusOr<FileSums> ReadThrough(const std::string& path, const std::string& copy,
                                     const PieceWatch& watch);

// The whole content of a file of at most `max_bytes`; kResourceExhausted: it is longer.
absl::StatusOr<std::string> ReadSmall(const std::string& path, std::size_t max_bytes);

// Gives the file a second name. False: this file system, or two of them, cannot.
absl::StatusOr<bool> LinkFile(const std::string& path, const std::string& link);

// kResourceExhausted: the disk of `folder` has fewer than `want_bytes` left. `what` is for the
// message: "a backup".
absl::Status CheckSpace(const std::string& folder, std::uint64_t want_bytes,
                        const std::string& what);

// Removes a folder with all in it; one that is not there is fine.
absl::Status RemoveFolder(const std::string& folder);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_FOLDER_FILES_H_
