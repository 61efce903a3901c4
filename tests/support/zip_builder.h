// Zip files of stored members, and where their records lie, so that a test can damage one field.
//
// Owned by one thread.

#ifndef SUMLOG_TESTS_SUPPORT_ZIP_BUILDER_H_
#define SUMLOG_TESTS_SUPPORT_ZIP_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace sumlog::testing {

inline void AppendLittleEndian(std::string* out, std::size_t size_bytes, std::uint64_t value) {
  for (; size_bytes > 0; --size_bytes, value >>= 8) out->push_back(static_cast<char>(value));
}

// CRC-32 as zip has it, bit by bit.
inline std::uint32_t ReferenceCrc(absl::string_view text) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

struct TestZip {
  std::string bytes;
  std::vector<std::size_t> headers;  // offsets of the members' own headers
  std::vector<std::size_t> entries;  // offsets of their entries in the directory
  std::size_t directory = 0;         // where it begins
  std::size_t end = 0;               // offset of the end record

  // Overwrites a field of `size_bytes` at `offset`.
  TestZip With(std::size_t offset, std::size_t size_bytes, std::uint64_t value) const {
    TestZip changed = *this;
    std::string field;
    AppendLittleEndian(&field, size_bytes, value);
    changed.bytes.replace(offset, size_bytes, field);
    return changed;
  }
};

// The fields that header and directory entry share, from the flags to the sizes of name and extra.
inline void AppendSharedFields(std::string* out, absl::string_view name,
                               absl::string_view content) {
  AppendLittleEndian(out, 8, std::uint64_t{0x21} << 48);  // flags, method, time, date
  AppendLittleEndian(out, 4, ReferenceCrc(content));
  AppendLittleEndian(out, 4, content.size());
  AppendLittleEndian(out, 4, content.size());
  AppendLittleEndian(out, 2, name.size());
  AppendLittleEndian(out, 2, 0);
}

// Names and contents, in this order.
inline TestZip BuildZip(const std::vector<std::pair<std::string, std::string>>& members) {
  TestZip zip;
  std::string directory;
  for (const auto& [name, content] : members) {
    zip.headers.push_back(zip.bytes.size());
    zip.entries.push_back(directory.size());
    directory += std::string("PK\x01\x02\x14\x03\x14\x00", 8);
    AppendSharedFields(&directory, name, content);
    AppendLittleEndian(&directory, 8, 0);  // comment, disk, internal attributes
    AppendLittleEndian(&directory, 2, 0);  // attributes: a mode of 0
    AppendLittleEndian(&directory, 4, zip.bytes.size());
    directory += name;
    zip.bytes += std::string("PK\x03\x04\x14\x00", 6);
    AppendSharedFields(&zip.bytes, name, content);
    zip.bytes += name + content;
  }
  zip.directory = zip.bytes.size();
  for (std::size_t& entry : zip.entries) entry += zip.directory;
  zip.bytes += directory;
  zip.end = zip.bytes.size();
  zip.bytes += std::string("PK\x05\x06\x00\x00\x00\x00", 8);
  AppendLittleEndian(&zip.bytes, 2, members.size());
  AppendLittleEndian(&zip.bytes, 2, members.size());
  AppendLittleEndian(&zip.bytes, 4, directory.size());
  AppendLittleEndian(&zip.bytes, 4, zip.directory);
  AppendLittleEndian(&zip.bytes, 2, 0);
  return zip;
}

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_ZIP_BUILDER_H_
