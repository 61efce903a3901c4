#include "modzip/end_record.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "modzip/field_reader.h"

namespace sumlog::modzip {
namespace {

constexpr absl::string_view kEndSignature = "PK\x05\x06";
constexpr absl::string_view kZip64EndSignature = "PK\x06\x06";
constexpr absl::string_view kZip64LocatorSignature = "PK\x06\x07";
constexpr std::size_t kEndSizeBytes = 22;
constexpr std::size_t kZip64EndSizeBytes = 56;
constexpr std::size_t kZip64LocatorSizeBytes = 20;
constexpr std::size_t kMaxCommentSizeBytes = 0xffff;

// What the plain record and the zip64 one have in common.
struct EndRecord {
  std::uint64_t offset = 0;  // where the record itself begins
  std::uint64_t disk = 0, directory_disk = 0;
  std::uint64_t members_on_disk = 0, members = 0;
  std::uint64_t directory_size = 0, directory_offset = 0;
};

absl::Status Malformed(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("module zip ", reason));
}

// The last record that could be meant, as Go's reader looks for it; the comment behind it must be
// the rest of the file.
absl::StatusOr<EndRecord> ReadPlainRecord(const ZipFile& zip) {
  const std::uint64_t tail_size =
      std::min<std::uint64_t>(zip.size_bytes(), kEndSizeBytes + kMaxCommentSizeBytes);
  const std::uint64_t tail_offset = zip.size_bytes() - tail_size;
  ASSIGN_OR_RETURN(const std::string tail, zip.ReadAt(tail_offset, tail_size));
  const std::size_t begin =
      tail.size() < kEndSizeBytes
          ? std::string::npos
          : tail.rfind(kEndSignature.data(), tail.size() - kEndSizeBytes, kEndSignature.size());
  if (begin == std::string::npos) return Malformed("has no end record: it is no zip, or cut off");
  FieldReader fields(absl::string_view(tail).substr(begin + kEndSignature.size()));
  EndRecord record{.offset = tail_offset + begin};
  record.disk = fields.Read16();
  record.directory_disk = fields.Read16();
  record.members_on_disk = fields.Read16();
  record.members = fields.Read16();
  record.directory_size = fields.Read32();
  record.directory_offset = fields.Read32();
  const std::size_t comment_size = fields.Read16();
  if (comment_size != fields.rest().size()) {
    return Malformed(absl::StrCat("has ", fields.rest().size(), " bytes behind its end record, ",
                                  "want a comment of ", comment_size));
  }
  return record;
}

// Whether the zip64 locator lies right before the plain record.
absl::StatusOr<std::string> ReadLocator(const ZipFile& zip, const EndRecord& plain) {
  if (plain.offset < kZip64LocatorSizeBytes) return std::string();
  ASSIGN_OR_RETURN(std::string locator,
                   zip.ReadAt(plain.offset - kZip64LocatorSizeBytes, kZip64LocatorSizeBytes));
  const bool is_there = absl::string_view(locator).substr(0, 4) == kZip64LocatorSignature;
  return is_there ? locator : std::string();
}

absl::StatusOr<EndRecord> ReadZip64Record(const ZipFile& zip, const EndRecord& plain,
                                          absl::string_view locator) {
  FieldReader place(locator.substr(kZip64LocatorSignature.size()));
  const std::uint32_t disk = place.Read32();
  const std::uint64_t offset = place.Read64();
  const std::uint32_t disks = place.Read32();
  constexpr std::size_t kBothSizeBytes = kZip64EndSizeBytes + kZip64LocatorSizeBytes;
  if (disk != 0 || disks != 1 || plain.offset < kBothSizeBytes ||
      offset != plain.offset - kBothSizeBytes) {
    return Malformed("has a zip64 locator that does not point to the record before it");
  }
  ASSIGN_OR_RETURN(const std::string bytes, zip.ReadAt(offset, kZip64EndSizeBytes));
  FieldReader fields(bytes);
  const bool has_signature = fields.ReadText(4) == kZip64EndSignature;
  const std::uint64_t rest_size = fields.Read64();
  if (!has_signature || rest_size != kZip64EndSizeBytes - 12) {
    return Malformed("has no zip64 end record where its locator points to");
  }
  fields.Skip(4);  // versions
  EndRecord record{.offset = offset};
  record.disk = fields.Read32();
  record.directory_disk = fields.Read32();
  record.members_on_disk = fields.Read64();
  record.members = fields.Read64();
  record.directory_size = fields.Read64();
  record.directory_offset = fields.Read64();
  return record;
}

// Whether a field of the plain record says the same as that of the zip64 record, or "see there".
bool Agrees(std::uint64_t plain, std::uint64_t zip64, std::uint64_t see_there) {
  return plain == zip64 || plain == see_there;
}

bool Agree(const EndRecord& plain, const EndRecord& zip64) {
  return Agrees(plain.disk, zip64.disk, 0xffff) &&
         Agrees(plain.directory_disk, zip64.directory_disk, 0xffff) &&
         Agrees(plain.members_on_disk, zip64.members_on_disk, 0xffff) &&
         Agrees(plain.members, zip64.members, 0xffff) &&
         Agrees(plain.directory_size, zip64.directory_size, 0xffffffff) &&
         Agrees(plain.directory_offset, zip64.directory_offset, 0xffffffff);
}

absl::StatusOr<EndRecord> ReadEndRecord(const ZipFile& zip) {
  ASSIGN_OR_RETURN(const EndRecord plain, ReadPlainRecord(zip));
  ASSIGN_OR_RETURN(const std::string locator, ReadLocator(zip, plain));
  if (locator.empty()) return plain;
  ASSIGN_OR_RETURN(const EndRecord zip64, ReadZip64Record(zip, plain, locator));
  if (!Agree(plain, zip64)) return Malformed("has a zip64 end record that contradicts the other");
  return zip64;
}

}  // namespace

absl::StatusOr<DirectoryPlace> FindDirectory(const ZipFile& zip) {
  ASSIGN_OR_RETURN(const EndRecord end, ReadEndRecord(zip));
  if (end.disk != 0 || end.directory_disk != 0 || end.members_on_disk != end.members) {
    return Malformed("is one of several disks");
  }
  if (end.members > kMaxMembers) {
    return Malformed(absl::StrCat("has ", end.members, " members, want at most ", kMaxMembers));
  }
  if (end.directory_size > kMaxDirectorySizeBytes) {
    return Malformed(absl::StrCat("has a directory of ", end.directory_size,
                                  " bytes, want at most ", kMaxDirectorySizeBytes));
  }
  if (end.directory_size > end.offset || end.directory_offset != end.offset - end.directory_size) {
    return Malformed(absl::StrCat("has a directory of ", end.directory_size, " bytes at ",
                                  end.directory_offset, " that does not end at the end record at ",
                                  end.offset));
  }
  return DirectoryPlace{.offset = end.directory_offset,
                        .size_bytes = static_cast<std::size_t>(end.directory_size),
                        .member_count = end.members};
}

}  // namespace sumlog::modzip
