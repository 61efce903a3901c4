// Goal: a zip file has one reading. Every byte belongs to one record, and records that say the same
// thing say the same.
// Method: a fine zip, and the same with one field changed; the Go oracle (tests/interop/modzip) has
// more of them and says what x/mod does with each.

#include <cstdint>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "modzip/directory.h"
#include "modzip/end_record.h"
#include "modzip/layout.h"
#include "support/zip_builder.h"
#include "support/zip_memory.h"

namespace sumlog::modzip {
namespace {

using testing::BuildZip;
using ::testing::HasSubstr;
using testing::TestZip;
using testing::ZipInMemory;

// Offsets of fields in their records.
constexpr std::size_t kHeaderFlags = 6, kHeaderCrc = 14, kHeaderName = 30;
constexpr std::size_t kEntryFlags = 8, kEntryMethod = 10, kEntrySize = 24, kEntryDisk = 34,
                      kEntryOffset = 42;
constexpr std::size_t kEndDisk = 4, kEndMembersOnDisk = 8, kEndMembers = 10, kEndDirectorySize = 12,
                      kEndDirectoryOffset = 16, kEndComment = 20;

const TestZip& FineZip() {
  static const TestZip zip = BuildZip({{"a", "one"}, {"b/", ""}, {"c", "three"}});
  return zip;
}

absl::Status CheckRaw(const std::string& bytes) {
  const ZipFile zip = ZipInMemory(bytes);
  const auto place = FindDirectory(zip);
  if (!place.ok()) return place.status();
  const auto members = ReadDirectory(zip, *place);
  if (!members.ok()) return members.status();
  return CheckLayout(zip, *members, place->offset);
}

void ExpectRefused(const std::string& bytes, const std::string& piece) {
  const absl::Status status = CheckRaw(bytes);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << piece;
  EXPECT_THAT(std::string(status.message()), HasSubstr(piece));
}

TEST(ReadDirectory, ReadsEveryField) {
  const ZipFile zip = ZipInMemory(FineZip().bytes);
  const auto place = FindDirectory(zip);
  ASSERT_TRUE(place.ok()) << place.status();
  EXPECT_EQ(place->offset, FineZip().directory);
  EXPECT_EQ(place->member_count, 3u);
  const auto members = ReadDirectory(zip, *place);
  ASSERT_TRUE(members.ok()) << members.status();
  const Member& last = members->back();
  EXPECT_EQ(last.name, "c");
  EXPECT_EQ(last.crc, testing::ReferenceCrc("three"));
  EXPECT_EQ(last.size_bytes, 5u);
  EXPECT_EQ(last.header_offset, FineZip().headers[2]);
  EXPECT_FALSE(last.is_folder());
  EXPECT_TRUE((*members)[1].is_folder());
  EXPECT_TRUE(CheckLayout(zip, *members, place->offset).ok());
}

TEST(FindDirectory, AcceptsAnEmptyZip) { EXPECT_TRUE(CheckRaw(BuildZip({}).bytes).ok()); }

TEST(FindDirectory, RefusesEveryCutOffZip) {
  for (std::size_t size = 0; size < FineZip().bytes.size(); ++size) {
    EXPECT_FALSE(CheckRaw(FineZip().bytes.substr(0, size)).ok()) << size;
  }
}

TEST(FindDirectory, RefusesWhatIsNotItsOwnEnd) {
  ExpectRefused("", "has no end record");
  ExpectRefused(FineZip().bytes + "x", "has 1 bytes behind its end record, want a comment of 0");
  ExpectRefused(FineZip().With(FineZip().end + kEndComment, 2, 1).bytes, "want a comment of 1");
  const std::size_t end = FineZip().end;
  ExpectRefused(FineZip().With(end + kEndDisk, 2, 1).bytes, "is one of several disks");
  ExpectRefused(FineZip().With(end + kEndMembersOnDisk, 2, 2).bytes, "is one of several disks");
  ExpectRefused(FineZip().With(end + kEndDirectoryOffset, 4, 7).bytes, "does not end at the end");
  ExpectRefused(FineZip().With(end + kEndDirectorySize, 4, 7).bytes, "does not end at the end");
  ExpectRefused(FineZip().With(end + kEndDirectorySize, 4, kMaxDirectorySizeBytes + 1).bytes,
                "want at most 33554432");
}

TEST(FindDirectory, TakesACommentUpToTheEnd) {
  EXPECT_TRUE(CheckRaw(FineZip().With(FineZip().end + kEndComment, 2, 3).bytes + "abc").ok());
}

TEST(ReadDirectory, RefusesOtherNumbersOfMembers) {
  for (const std::uint64_t count : {std::uint64_t{2}, std::uint64_t{4}}) {
    const std::uint64_t twice = count << 16 | count;
    ExpectRefused(FineZip().With(FineZip().end + kEndMembersOnDisk, 4, twice).bytes,
                  count == 2 ? "behind the last of 2 members" : "entry 3");
  }
  static_assert(kEndMembers == kEndMembersOnDisk + 2);
}

TEST(ReadDirectory, RefusesWhatGoCannotReadToo) {
  const std::size_t entry = FineZip().entries[0];
  ExpectRefused(FineZip().With(entry, 1, 'X').bytes, "has no signature");
  ExpectRefused(FineZip().With(entry + kEntryFlags, 2, 1).bytes, "is encrypted");
  ExpectRefused(FineZip().With(entry + kEntryMethod, 2, 9).bytes, "compressed by method 9");
  ExpectRefused(FineZip().With(entry + kEntryDisk, 2, 1).bytes, "lies on disk 1");
  ExpectRefused(FineZip().With(entry + kEntrySize, 4, 0xffffffff).bytes, "has zip64 sizes");
  ExpectRefused(FineZip().With(entry + kEntrySize, 4, 4).bytes, "is stored in 3 bytes");
}

TEST(CheckLayout, RefusesHeadersThatSaySomethingElse) {
  const std::size_t header = FineZip().headers[0];
  ExpectRefused(FineZip().With(header, 1, 'X').bytes, "has no header at 0");
  ExpectRefused(FineZip().With(header + kHeaderFlags, 2, 2).bytes, "has flags 2");
  ExpectRefused(FineZip().With(header + kHeaderCrc, 4, 0).bytes, "has CRC 00000000");
  ExpectRefused(FineZip().With(header + kHeaderName, 1, 'z').bytes, "is called \"z\"");
}

TEST(CheckLayout, RefusesGapsAndOverlaps) {
  const auto& zip = FineZip();
  ExpectRefused(zip.With(zip.entries[2] + kEntryOffset, 4, 0).bytes,
                "begins at 0, where another one reaches to 34");
  ExpectRefused(zip.With(zip.entries[0] + kEntryOffset, 4, 1).bytes,
                "nothing owns the bytes from 0");
  const TestZip twice = BuildZip({{"a", "one"}, {"a", "one"}});
  ExpectRefused(twice.With(twice.entries[1] + kEntryOffset, 4, 0).bytes,
                "where another one reaches to");
}

}  // namespace
}  // namespace sumlog::modzip
