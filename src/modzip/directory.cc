#include "modzip/directory.h"

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "gosum/quote.h"
#include "modzip/field_reader.h"

namespace sumlog::modzip {
namespace {

constexpr absl::string_view kEntrySignature = "PK\x01\x02";
constexpr std::size_t kEntrySizeBytes = 46;  // without name, extra field and comment
constexpr std::uint32_t kSeeZip64 = 0xffffffff;

// Encrypted, strongly encrypted, directory encrypted.
constexpr std::uint16_t kEncryptionFlags = 1 << 0 | 1 << 6 | 1 << 13;

absl::Status Malformed(std::size_t index, absl::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("entry ", index, " of the module zip's directory ", reason));
}

absl::Status CheckMember(const Member& member, std::uint16_t disk) {
  if ((member.flags & kEncryptionFlags) != 0) return BadMember(member.name, "is encrypted");
  if (member.method != kStored && member.method != kDeflated) {
    return BadMember(member.name, absl::StrCat("is compressed by method ", member.method,
                                               ", want 0 (stored) or 8 (deflate)"));
  }
  if (disk != 0) return BadMember(member.name, absl::StrCat("lies on disk ", disk, ", want 0"));
  if (member.size_bytes == kSeeZip64 || member.compressed_size_bytes == kSeeZip64 ||
      member.header_offset == kSeeZip64) {
    return BadMember(member.name, "has zip64 sizes, want less than 4 GiB");
  }
  if (member.method == kStored && member.compressed_size_bytes != member.size_bytes) {
    return BadMember(member.name,
                     absl::StrCat("is stored in ", member.compressed_size_bytes,
                                  " bytes, want its size of ", member.size_bytes, " bytes"));
  }
  return absl::OkStatus();
}

// Takes the entry at the front of `rest`.
absl::StatusOr<Member> ReadEntry(std::size_t index, absl::string_view* rest) {
  if (rest->size() < kEntrySizeBytes) return Malformed(index, "is cut off");
  FieldReader fields(*rest);
  if (fields.ReadText(4) != kEntrySignature) return Malformed(index, "has no signature");
  Member member;
  fields.Skip(4);  // versions
  member.flags = fields.Read16();
  member.method = fields.Read16();
  fields.Skip(4);  // time and date
  member.crc = fields.Read32();
  member.compressed_size_bytes = fields.Read32();
  member.size_bytes = fields.Read32();
  const std::size_t name_size = fields.Read16();
  const std::size_t extra_size = fields.Read16();
  const std::size_t comment_size = fields.Read16();
  const std::uint16_t disk = fields.Read16();
  fields.Skip(2);                            // internal attributes
  member.unix_mode = fields.Read32() >> 16;  // upper half of the external attributes
  member.header_offset = fields.Read32();
  if (name_size + extra_size + comment_size > fields.rest().size()) {
    return Malformed(index, "is cut off");
  }
  member.name = std::string(fields.ReadText(name_size));
  fields.Skip(extra_size + comment_size);
  RETURN_IF_ERROR(CheckMember(member, disk));
  *rest = fields.rest();
  return member;
}

}  // namespace

absl::Status BadMember(absl::string_view name, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("zip member ", gosum::Quote(name), " ", reason));
}

absl::StatusOr<std::vector<Member>> ReadDirectory(const ZipFile& zip, const DirectoryPlace& place) {
  ASSIGN_OR_RETURN(const std::string directory, zip.ReadAt(place.offset, place.size_bytes));
  absl::string_view rest = directory;
  std::vector<Member> members;
  while (members.size() < place.member_count) {
    ASSIGN_OR_RETURN(Member member, ReadEntry(members.size(), &rest));
    members.push_back(std::move(member));
  }
  if (!rest.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("module zip has ", rest.size(),
                                                   " bytes in its directory behind the last of ",
                                                   members.size(), " members"));
  }
  return members;
}

}  // namespace sumlog::modzip
