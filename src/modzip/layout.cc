#include "modzip/layout.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "gosum/quote.h"
#include "modzip/field_reader.h"

namespace sumlog::modzip {
namespace {

constexpr absl::string_view kHeaderSignature = "PK\x03\x04";
constexpr absl::string_view kDescriptorSignature = "PK\x07\x08";
constexpr std::size_t kHeaderSizeBytes = 30;  // without name and extra field
constexpr std::size_t kDescriptorSizeBytes = 16;

struct Sizes {
  std::uint32_t crc = 0, compressed_size_bytes = 0, size_bytes = 0;

  friend bool operator==(const Sizes&, const Sizes&) = default;
};

Sizes ReadSizes(FieldReader& fields) {
  Sizes sizes;
  sizes.crc = fields.Read32();
  sizes.compressed_size_bytes = fields.Read32();
  sizes.size_bytes = fields.Read32();
  return sizes;
}

Sizes SizesOf(const Member& member) {
  return {.crc = member.crc,
          .compressed_size_bytes = member.compressed_size_bytes,
          .size_bytes = member.size_bytes};
}

std::string Describe(const Sizes& sizes) {
  return absl::StrCat("CRC ", absl::Hex(sizes.crc, absl::kZeroPad8), " and ",
                      sizes.compressed_size_bytes, " bytes for ", sizes.size_bytes);
}

absl::Status Contradiction(const Member& member, absl::string_view where, const Sizes& got) {
  return BadMember(member.name, absl::StrCat("has ", Describe(got), " in its ", where, ", want ",
                                             Describe(SizesOf(member)), " as in the directory"));
}

absl::Status CutOff(const Member& member) {
  return BadMember(member.name, "does not end before the directory");
}

// Checks the header and returns where the content begins.
absl::StatusOr<std::uint64_t> CheckHeader(const ZipFile& zip, const Member& member,
                                          std::uint64_t limit) {
  const std::uint64_t begin = member.header_offset;
  const std::size_t named_size = kHeaderSizeBytes + member.name.size();
  if (limit - begin < named_size) return CutOff(member);
  // Not moved out: g++ 12 takes the short form of a moved string for uninitialized.
  const absl::StatusOr<std::string> header = zip.ReadAt(begin, named_size);
  RETURN_IF_ERROR(header.status());
  FieldReader fields(*header);
  if (fields.ReadText(4) != kHeaderSignature) {
    return BadMember(member.name, absl::StrCat("has no header at ", begin));
  }
  fields.Skip(2);  // version
  const std::uint16_t flags = fields.Read16();
  const std::uint16_t method = fields.Read16();
  fields.Skip(4);  // time and date
  const Sizes sizes = ReadSizes(fields);
  const std::size_t name_size = fields.Read16();
  const std::size_t extra_size = fields.Read16();
  const absl::string_view name = fields.rest().substr(0, name_size);
  if (name_size != member.name.size() || name != member.name) {
    return BadMember(member.name, absl::StrCat("is called ", gosum::Quote(name), " in its header"));
  }
  if (flags != member.flags || method != member.method) {
    return BadMember(member.name, absl::StrCat("has flags ", flags, " and method ", method,
                                               " in its header, want ", member.flags, " and ",
                                               member.method, " as in the directory"));
  }
  const bool may_be_zero = member.has_descriptor() && sizes == Sizes();
  if (sizes != SizesOf(member) && !may_be_zero) return Contradiction(member, "header", sizes);
  return begin + named_size + extra_size;
}

// Checks the descriptor that begins at `begin`.
absl::Status CheckDescriptor(const ZipFile& zip, const Member& member, std::uint64_t begin) {
  ASSIGN_OR_RETURN(const std::string descriptor, zip.ReadAt(begin, kDescriptorSizeBytes));
  FieldReader fields(descriptor);
  if (fields.ReadText(4) != kDescriptorSignature) {
    return BadMember(member.name, "has no descriptor with a signature behind its content");
  }
  const Sizes sizes = ReadSizes(fields);
  if (sizes != SizesOf(member)) return Contradiction(member, "descriptor", sizes);
  return absl::OkStatus();
}

// Checks one member, all of which must lie before `limit`, and returns where it ends.
absl::StatusOr<std::uint64_t> CheckExtent(const ZipFile& zip, const Member& member,
                                          std::uint64_t limit) {
  ASSIGN_OR_RETURN(const std::uint64_t content, CheckHeader(zip, member, limit));
  const std::uint64_t content_end = content + member.compressed_size_bytes;
  const std::uint64_t end =
      content_end + (member.has_descriptor() ? kDescriptorSizeBytes : std::size_t{0});
  if (end > limit) return CutOff(member);
  if (member.has_descriptor()) RETURN_IF_ERROR(CheckDescriptor(zip, member, content_end));
  return end;
}

}  // namespace

absl::Status CheckLayout(const ZipFile& zip, const std::vector<Member>& members,
                         std::uint64_t directory_offset) {
  std::vector<const Member*> by_offset;
  by_offset.reserve(members.size());
  for (const Member& member : members) by_offset.push_back(&member);
  std::stable_sort(by_offset.begin(), by_offset.end(), [](const Member* a, const Member* b) {
    return a->header_offset < b->header_offset;
  });
  // Invariant: every byte before `end` belongs to one of the members so far; end <= the directory.
  std::uint64_t end = 0;
  for (const Member* member : by_offset) {
    if (member->header_offset < end) {
      return BadMember(member->name, absl::StrCat("begins at ", member->header_offset,
                                                  ", where another one reaches to ", end));
    }
    if (member->header_offset > end) {
      return BadMember(member->name, absl::StrCat("begins at ", member->header_offset,
                                                  ", and nothing owns the bytes from ", end));
    }
    ASSIGN_OR_RETURN(end, CheckExtent(zip, *member, directory_offset));
  }
  if (end != directory_offset) {
    return absl::InvalidArgumentError(absl::StrCat("module zip has its directory at ",
                                                   directory_offset, ", want ", end,
                                                   ", where its members end"));
  }
  return absl::OkStatus();
}

}  // namespace sumlog::modzip
