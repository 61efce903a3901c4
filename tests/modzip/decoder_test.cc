// Goal: the content that comes out is the one that the directory claims, or none is accepted,
// however the bytes arrive.
// Method: a deflate stream made by hand, given whole and byte by byte; then claims and streams that
// are wrong by one.

#include "modzip/decoder.h"

#include <string>

#include "gtest/gtest.h"
#include "support/zip_builder.h"

namespace sumlog::modzip {
namespace {

const std::string kContent = "aaaaaaaaaa";
Member Claims(std::uint16_t method, const std::string& content) {
  Member member;
  member.name = "m";
  member.method = method;
  member.crc = testing::ReferenceCrc(content);
  member.size_bytes = static_cast<std::uint32_t>(content.size());
  return member;
}

struct Outcome {
  absl::Status status;
  std::string content;
};

Outcome Decode(const Member& member, absl::string_view bytes, std::size_t piece_size) {
  Outcome outcome;
  const auto sink = [&outcome](absl::string_view piece) { outcome.content += std::string(piece); };
  Decoder decoder(member, sink);
  for (; !bytes.empty() && outcome.status.ok(); bytes.remove_prefix(piece_size)) {
    outcome.status = decoder.Decode(bytes.substr(0, piece_size));
    if (bytes.size() < piece_size) break;
  }
  if (outcome.status.ok()) outcome.status = decoder.Finish();
  return outcome;
}

// One block of fixed codes: two letters, a match of eight at distance one, end of block.
std::string Stream() { return std::string("\x4b\x4c\x84\x01\x00", 5); }

TEST(Decoder, InflatesWhateverThePieces) {
  for (const std::size_t piece_size : {std::size_t{1}, std::size_t{2}, std::size_t{100}}) {
    const Outcome outcome = Decode(Claims(kDeflated, kContent), Stream(), piece_size);
    EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_EQ(outcome.content, kContent);
  }
}

TEST(Decoder, PassesStoredBytesOn) {
  const Outcome outcome = Decode(Claims(kStored, kContent), kContent, 3);
  EXPECT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(outcome.content, kContent);
  EXPECT_TRUE(Decode(Claims(kStored, ""), "", 1).status.ok());
}

TEST(Decoder, RefusesStreamsWithoutEndAndBytesBehindIt) {
  const Member member = Claims(kDeflated, kContent);
  EXPECT_EQ(Decode(member, Stream().substr(0, 4), 1).status.message(),
            "zip member \"m\" has a deflate stream that is cut off");
  EXPECT_EQ(Decode(member, "", 1).status.message(),
            "zip member \"m\" has a deflate stream that is cut off");
  for (const std::size_t piece_size : {std::size_t{1}, std::size_t{100}}) {
    EXPECT_EQ(Decode(member, Stream() + "x", piece_size).status.message(),
              "zip member \"m\" has bytes behind the end of its deflate stream");
  }
  EXPECT_EQ(Decode(member, "\x07", 1).status.message(),
            "zip member \"m\" has a malformed deflate stream");
}

TEST(Decoder, NeverGivesMoreThanIsClaimed) {
  Member member = Claims(kDeflated, kContent);
  member.size_bytes = 9;
  const Outcome outcome = Decode(member, Stream(), 1);
  EXPECT_EQ(outcome.status.message(),
            "zip member \"m\" has more content than the 9 bytes that the directory claims");
  EXPECT_LE(outcome.content.size(), 9u);
}

TEST(Decoder, RefusesOtherSizesAndCrcs) {
  Member member = Claims(kDeflated, kContent);
  member.size_bytes = 11;
  EXPECT_EQ(Decode(member, Stream(), 1).status.message(),
            "zip member \"m\" has 10 bytes of content, want 11 as in the directory");
  member = Claims(kDeflated, kContent);
  member.crc = 0;
  EXPECT_EQ(Decode(member, Stream(), 1).status.message(),
            "zip member \"m\" has content of CRC 4c11cdf0, want 00000000 as in the directory");
}

}  // namespace
}  // namespace sumlog::modzip
