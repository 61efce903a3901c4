// The directory of a zip file: what its members are called, how large they are and where they lie.
//
// Safe from any thread. Spec: APPNOTE.TXT 4.3.12, and Go's archive/zip.

#ifndef SUMLOG_MODZIP_DIRECTORY_H_
#define SUMLOG_MODZIP_DIRECTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "modzip/end_record.h"
#include "modzip/zip_file.h"

namespace sumlog::modzip {

// The two methods that Go's archive/zip knows.
inline constexpr std::uint16_t kStored = 0;
inline constexpr std::uint16_t kDeflated = 8;

struct Member {
  std::string name;  // as it lies in the file; ends with a slash when it is a folder
  std::uint16_t flags = 0;
  std::uint16_t method = kStored;  // or kDeflated
  std::uint32_t crc = 0;
  std::uint32_t compressed_size_bytes = 0;
  std::uint32_t size_bytes = 0;
  std::uint32_t unix_mode = 0;  // as st_mode; 0 when the zip does not tell
  std::uint64_t header_offset = 0;

  // Whether its sizes and its CRC follow its content.
  bool has_descriptor() const { return (flags & 0x8) != 0; }
  bool is_folder() const { return !name.empty() && name.back() == '/'; }
};

// "zip member \"a\" <reason>", kInvalidArgument.
absl::Status BadMember(absl::string_view name, absl::string_view reason);

// Reads all members in the order of the directory. kInvalidArgument: an entry is cut off or is
// none, entries do not fill the directory, a member is encrypted, compressed in another way, on
// another disk, or claims 4 GiB or more (zip64: none can be that large). Else status codes as
// base/file.h.
absl::StatusOr<std::vector<Member>> ReadDirectory(const ZipFile& zip, const DirectoryPlace& place);

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_DIRECTORY_H_
