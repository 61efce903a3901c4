// Goal: no text from outside can write to a terminal or blow up a message.
// Method: control characters, quotes and other alphabets, at the bound and above it.

#include "gosum/quote.h"

#include "gtest/gtest.h"

namespace sumlog::gosum {
namespace {

TEST(Quote, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(Quote("rsc.io/quote v1.5.2"), "\"rsc.io/quote v1.5.2\"");
  EXPECT_EQ(Quote(""), "\"\"");
  EXPECT_EQ(Quote("a\"b\\c\n\r\t\x1b[31m\x7F\xC3\xA9"),
            "\"a\\\"b\\\\c\\n\\r\\t\\x1b[31m\\x7f\\xc3\\xa9\"");
  EXPECT_EQ(Quote(absl::string_view("a\0b", 3)), "\"a\\x00b\"");
}

TEST(Quote, CutsWhatIsLonger) {
  const std::string longest(kMaxQuotedSizeBytes, 'a');
  EXPECT_EQ(Quote(longest), "\"" + longest + "\"");
  EXPECT_EQ(Quote(longest + "b"), "\"" + longest + "\"…");
}

TEST(Quote, CountsEscapesAndCutsNoneInTwo) {
  const std::string quoted = Quote("a" + std::string(kMaxQuotedSizeBytes, '\xFF'));
  EXPECT_EQ(quoted.size(), 1 + 1 + (kMaxQuotedSizeBytes - 1) / 4 * 4 + std::string("\"…").size());
  EXPECT_EQ(quoted.substr(quoted.size() - 8), "\\xff\"…");
}

TEST(QuoteByte, ShowsPrintableOnesAsTheyAre) {
  EXPECT_EQ(QuoteByte('!'), "'!'");
  EXPECT_EQ(QuoteByte(' '), "' '");
  EXPECT_EQ(QuoteByte('\0'), "byte 0x00");
  EXPECT_EQ(QuoteByte('\n'), "byte 0x0a");
  EXPECT_EQ(QuoteByte('\xFF'), "byte 0xff");
}

}  // namespace
}  // namespace sumlog::gosum
