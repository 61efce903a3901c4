// A zip file as libzip reads it, held against our own reading of it.
//
// Two readers that were written apart from each other must agree on every member, so a file that
// misleads one of them is refused. In this room, this file alone includes libzip.
//
// Owned by one thread.

#ifndef SUMLOG_MODZIP_ARCHIVE_H_
#define SUMLOG_MODZIP_ARCHIVE_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "modzip/decoder.h"
#include "modzip/directory.h"
#include "modzip/zip_file.h"

namespace sumlog::modzip {

class Archive {
 public:
  // Keeps references: `zip` and `members` must stay. kInvalidArgument: libzip finds the file
  // inconsistent, or other members in it. kUnavailable: libzip cannot read it.
  static absl::StatusOr<std::unique_ptr<Archive>> Open(const ZipFile& zip,
                                                       const std::vector<Member>& members);
  ~Archive();

  // Gives the content of member `index` < members.size() to `sink`, through buffers of fixed size.
  // OK when size and CRC are those of the directory; status codes as Open and Decoder.
  absl::Status ReadMember(std::size_t index, ContentSink sink);

 private:
  struct Handle;

  Archive(std::unique_ptr<Handle> handle, const std::vector<Member>& members);

  // Whether libzip says the same of a member.
  absl::Status CheckAgreement(std::size_t index) const;

  const std::unique_ptr<Handle> handle_;
  const std::vector<Member>& members_;
  std::vector<char> buffer_;  // for what lies in the file
};

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_ARCHIVE_H_
