// The checksum that is in a bundle itself: its last 64 characters are the SHA-256, in hexadecimal,
// of the file with zeros ("0") in their place.

#ifndef SUMLOG_MIRROR_BUNDLE_CHECKSUM_H_
#define SUMLOG_MIRROR_BUNDLE_CHECKSUM_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sumlog::mirror {

inline constexpr std::size_t kChecksumBytes = 64;

// What the last characters of the open file `fd` must be. `path` is for messages.
// kInvalidArgument: the file is shorter than a checksum; or errors as base/file.h.
absl::StatusOr<std::string> ComputeChecksum(int fd, const std::string& path);

// kInvalidArgument: the file is not as it was made.
absl::Status CheckChecksum(const std::string& path);

// Puts the checksum into a file that ends in kChecksumBytes of anything, and syncs it.
absl::Status PutChecksum(const std::string& path);

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_BUNDLE_CHECKSUM_H_
