// What lies before the directory of a zip file: the members, each with a header of its own.
//
// A header that says something else than the directory, members that share bytes, and bytes that
// are no member's are ways to show one reader something that another does not see.
//
// Safe from any thread. Spec: APPNOTE.TXT 4.3.7 to 4.3.9.

#ifndef SUMLOG_MODZIP_LAYOUT_H_
#define SUMLOG_MODZIP_LAYOUT_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "modzip/directory.h"
#include "modzip/zip_file.h"

namespace sumlog::modzip {

// Checks that the members fill the file from its first byte to the directory without gap or
// overlap, in whatever order, and that each one's own header repeats name, flags, method, CRC and
// sizes; where these two come in a descriptor behind the content (which must then begin with its
// customary signature), the header may have zeros instead. kInvalidArgument: they do not. Else
// status codes as base/file.h.
absl::Status CheckLayout(const ZipFile& zip, const std::vector<Member>& members,
                         std::uint64_t directory_offset);

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_LAYOUT_H_
