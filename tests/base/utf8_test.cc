// Goal: the text rules are those of Go's unicode packages.
// Method: every code point encoded by the book; then every two-byte text and the edges of every
// class of invalid sequence.

#include "base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace sumlog {
namespace {

// By the table of RFC 3629, for any number up to 21 bits: also for the forbidden ones.
std::string Encode(char32_t rune) {
  const auto tail = [rune](unsigned shift) {
    return static_cast<char>(0x80u | (rune >> shift & 0x3fu));
  };
  if (rune < 0x80) return std::string{static_cast<char>(rune)};
  if (rune < 0x800) return std::string{static_cast<char>(0xc0u | rune >> 6), tail(0)};
  if (rune < 0x10000) return std::string{static_cast<char>(0xe0u | rune >> 12), tail(6), tail(0)};
  return std::string{static_cast<char>(0xf0u | rune >> 18), tail(12), tail(6), tail(0)};
}

TEST(Utf8, DecodesEveryCodePointButSurrogates) {
  for (char32_t rune = 0; rune < 0x200000; ++rune) {
    const bool legal = rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
    const std::string text = Encode(rune);
    const Utf8Rune decoded = DecodeUtf8(text + "x");
    ASSERT_EQ(decoded.size_bytes, legal ? text.size() : 0u) << static_cast<unsigned>(rune);
    ASSERT_EQ(decoded.code_point, legal ? rune : 0u);
    ASSERT_EQ(IsValidUtf8(text), legal);
  }
}

TEST(Utf8, RefusesLongerFormsThanNecessary) {
  for (const absl::string_view text : {"\xc0\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\x80",
                                       "\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf"}) {
    EXPECT_FALSE(IsValidUtf8(text));
  }
}

TEST(Utf8, RefusesCutAndStraySequences) {
  for (const absl::string_view text :
       {"\x80", "\xbf", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xff", "\xfe", "\xf8\x88\x80\x80\x80",
        "\xc3(", "\xe2(\xa1", "\xe2\x82(", "abc\x80"}) {
    EXPECT_FALSE(IsValidUtf8(text));
  }
}

TEST(Utf8, AcceptsOrdinaryTextAndNothing) {
  EXPECT_TRUE(IsValidUtf8(""));
  EXPECT_TRUE(IsValidUtf8(absl::string_view("\0", 1)));
  EXPECT_TRUE(IsValidUtf8("go.sum \xe2\x80\x94 \xe6\xa0\xa1\xe9\xaa\x8c \xf0\x9f\x98\x80"));
}

TEST(Utf8, KnowsTheTwentyFiveSpaces) {
  int count = 0;
  for (char32_t rune = 0; rune <= 0x10ffff; ++rune) count += IsUnicodeSpace(rune) ? 1 : 0;
  EXPECT_EQ(count, 25);  // property White_Space of Unicode
  for (const char32_t rune : {0x09u, 0x0au, 0x0bu, 0x0cu, 0x0du, 0x20u, 0x85u, 0xa0u, 0x1680u,
                              0x2000u, 0x200au, 0x2028u, 0x2029u, 0x202fu, 0x205fu, 0x3000u}) {
    EXPECT_TRUE(IsUnicodeSpace(rune)) << static_cast<unsigned>(rune);
  }
  for (const char32_t rune : {0x08u, 0x0eu, 0x1fu, 0x200bu, 0x2060u, 0xfeffu, 0x180eu}) {
    EXPECT_FALSE(IsUnicodeSpace(rune)) << static_cast<unsigned>(rune);
  }
}

TEST(Utf8, ShowsTextOfEveryScript) {
  for (const absl::string_view text :
       {"example.com/a@v1.0.0 ~", "\xe6\xa8\xa1\xe5\x9d\x97", "\xe3\x80\x82", "\xc3\xa9",
        "\xc2\xa0", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
        "\xf0\xa0\xae\xb7\xf3\xa0\x84\x80", "\xf0\x9f\x98\x80"}) {
    for (absl::string_view rest = text; !rest.empty();) {
      const Utf8Rune rune = DecodeUtf8(rest);
      ASSERT_GT(rune.size_bytes, 0u);
      EXPECT_TRUE(IsShowable(rune.code_point)) << text;
      rest.remove_prefix(rune.size_bytes);
    }
  }
}

TEST(Utf8, ShowsNothingThatSteersATerminalOrTheReader) {
  for (char32_t rune = 0; rune < 0x20; ++rune) EXPECT_FALSE(IsShowable(rune));
  for (char32_t rune = 0x7f; rune < 0xa0; ++rune) EXPECT_FALSE(IsShowable(rune));
  // Property Bidi_Control of Unicode, then the other kinds.
  for (const char32_t rune :
       {0x061cu, 0x200eu, 0x200fu, 0x202au, 0x202bu,  0x202cu,  0x202du,  0x202eu,  0x2066u,
        0x2067u, 0x2068u, 0x2069u, 0x2028u, 0x2029u,  0x00adu,  0x200bu,  0x2060u,  0xfeffu,
        0xfff9u, 0xfdd0u, 0xfffeu, 0xffffu, 0x1fffeu, 0xe0001u, 0xe007fu, 0x10ffffu}) {
    EXPECT_FALSE(IsShowable(rune)) << static_cast<unsigned>(rune);
  }
  // Their nearest neighbours.
  for (const char32_t rune : {0x20u,   0x7eu,   0xa0u,   0xacu,    0xaeu,    0x61bu,  0x61du,
                              0x200au, 0x2010u, 0x2027u, 0x202fu,  0x205fu,  0x2070u, 0xfefeu,
                              0xff00u, 0xfffcu, 0xfffdu, 0x1fffdu, 0x20000u, 0xe0100u}) {
    EXPECT_TRUE(IsShowable(rune)) << static_cast<unsigned>(rune);
  }
}

}  // namespace
}  // namespace sumlog
