// The end of a zip file, which says where its directory lies.
//
// Readers look for this record in different ways, so a file made for it shows each of them another
// directory. Here there is one reading: the record ends where the file ends, and the directory ends
// where the record begins.
//
// Safe from any thread. Spec: APPNOTE.TXT 4.3.14 to 4.3.16, and Go's archive/zip.

#ifndef SUMLOG_MODZIP_END_RECORD_H_
#define SUMLOG_MODZIP_END_RECORD_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "modzip/zip_file.h"

namespace sumlog::modzip {

// Bounds of ours on what has to be in memory. A module of 500 MiB rarely has more than 20,000
// members.
inline constexpr std::uint64_t kMaxMembers = 200'000;
inline constexpr std::size_t kMaxDirectorySizeBytes = 32 * 1024 * 1024;

struct DirectoryPlace {
  std::uint64_t offset = 0;
  std::size_t size_bytes = 0;      // at most kMaxDirectorySizeBytes, and inside the file
  std::uint64_t member_count = 0;  // at most kMaxMembers
};

// Reads the end record, and the zip64 one when there is one. kInvalidArgument: there is none, it is
// not the end of the file, it tells of several disks, the two records disagree, or the directory
// does not end where they begin or is over a bound. Else status codes as base/file.h.
absl::StatusOr<DirectoryPlace> FindDirectory(const ZipFile& zip);

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_END_RECORD_H_
