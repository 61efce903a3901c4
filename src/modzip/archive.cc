#include "modzip/archive.h"

#include <fcntl.h>
#include <unistd.h>
#include <zip.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "base/status_macros.h"

namespace sumlog::modzip {
namespace {

constexpr std::size_t kBufferSizeBytes = 64 * 1024;

// A failure of the system is no fault of the file.
bool IsSystemError(const zip_error_t& error) { return zip_error_system_type(&error) == ZIP_ET_SYS; }

absl::Status OpenError(zip_error_t* error) {
  const std::string message =
      absl::StrCat("module zip cannot be opened: ", zip_error_strerror(error));
  return IsSystemError(*error) ? absl::UnavailableError(message)
                               : absl::InvalidArgumentError(message);
}

absl::Status MemberError(const Member& member, zip_error_t* error) {
  const std::string reason = absl::StrCat("cannot be read: ", zip_error_strerror(error));
  const absl::Status status = BadMember(member.name, reason);
  return IsSystemError(*error) ? absl::UnavailableError(status.message()) : status;
}

// An error of libzip, which has to be released.
struct OwnError {
  OwnError() { zip_error_init(&error); }
  ~OwnError() { zip_error_fini(&error); }
  OwnError(const OwnError&) = delete;
  OwnError& operator=(const OwnError&) = delete;

  zip_error_t error;
};

struct FileCloser {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

// Reads from a descriptor of its own, which shares its position with `fd` (nobody else uses that).
absl::StatusOr<std::FILE*> OpenStream(int fd) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return ErrnoToStatus(errno, "open", "a module zip");
  std::FILE* const stream = ::fdopen(copy, "rb");
  if (stream != nullptr) return stream;
  const absl::Status status = ErrnoToStatus(errno, "open", "a module zip");
  ::close(copy);
  return status;
}

}  // namespace

struct Archive::Handle {
  explicit Handle(zip_t* opened) : zip(opened) {}
  ~Handle() { zip_discard(zip); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  zip_t* const zip;
};

Archive::Archive(std::unique_ptr<Handle> handle, const std::vector<Member>& members)
    : handle_(std::move(handle)), members_(members), buffer_(kBufferSizeBytes) {}

Archive::~Archive() = default;

absl::StatusOr<std::unique_ptr<Archive>> Archive::Open(const ZipFile& zip,
                                                       const std::vector<Member>& members) {
  OwnError own;
  ASSIGN_OR_RETURN(std::FILE* const stream, OpenStream(zip.fd()));
  // The source closes the stream, and the archive frees the source, as soon as they own them.
  zip_source_t* const source = zip_source_filep_create(stream, 0, -1, &own.error);
  if (source == nullptr) {
    std::fclose(stream);
    return OpenError(&own.error);
  }
  zip_t* const opened = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &own.error);
  if (opened == nullptr) {
    zip_source_free(source);
    return OpenError(&own.error);
  }
  std::unique_ptr<Archive> archive(new Archive(std::make_unique<Handle>(opened), members));
  const zip_int64_t count = zip_get_num_entries(opened, 0);
  if (count < 0 || static_cast<std::size_t>(count) != members.size()) {
    return absl::InvalidArgumentError(absl::StrCat("module zip has ", members.size(),
                                                   " members for us and ", count, " for libzip"));
  }
  for (std::size_t index = 0; index < members.size(); ++index) {
    RETURN_IF_ERROR(archive->CheckAgreement(index));
  }
  return archive;
}

absl::Status Archive::CheckAgreement(std::size_t index) const {
  const Member& member = members_[index];
  zip_stat_t stat;
  const char* const name = zip_get_name(handle_->zip, index, ZIP_FL_ENC_RAW);
  if (name == nullptr || zip_stat_index(handle_->zip, index, 0, &stat) != 0) {
    return MemberError(member, zip_get_error(handle_->zip));
  }
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD;
  if ((stat.valid & kNeeded) != kNeeded || name != member.name || stat.size != member.size_bytes ||
      stat.comp_size != member.compressed_size_bytes || stat.crc != member.crc ||
      stat.comp_method != member.method) {
    return BadMember(member.name, "is another one for libzip");
  }
  return absl::OkStatus();
}

absl::Status Archive::ReadMember(std::size_t index, ContentSink sink) {
  const Member& member = members_[index];
  // As it lies there: the decoder checks more than libzip's.
  const std::unique_ptr<zip_file_t, FileCloser> file(
      zip_fopen_index(handle_->zip, index, ZIP_FL_COMPRESSED));
  if (file == nullptr) return MemberError(member, zip_get_error(handle_->zip));
  Decoder decoder(member, sink);
  while (true) {
    const zip_int64_t count = zip_fread(file.get(), buffer_.data(), buffer_.size());
    if (count < 0) return MemberError(member, zip_file_get_error(file.get()));
    if (count == 0) return decoder.Finish();
    RETURN_IF_ERROR(
        decoder.Decode(absl::string_view(buffer_.data(), static_cast<std::size_t>(count))));
  }
}

}  // namespace sumlog::modzip
