// Goal: a server's text stays within its bounds and cannot drive a terminal.
// Method: each bound from both sides, each kind of harmful character.

#include "client/server_text.h"

#include <string>

#include "gtest/gtest.h"

namespace sumlog::client {
namespace {

TEST(CleanServerText, KeepsPlainText) {
  EXPECT_EQ(CleanServerText("not found: example.com/x@v1.0.0\n"),
            "not found: example.com/x@v1.0.0");
  EXPECT_EQ(CleanServerText("一行\r\ntwo\tlines\n\n"), "一行\ntwo\tlines");
  EXPECT_EQ(CleanServerText(""), "");
}

TEST(CleanServerText, KeepsEightLines) {
  EXPECT_EQ(CleanServerText("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), "1\n2\n3\n4\n5\n6\n7\n8");
}

TEST(CleanServerText, KeepsWholeCharactersWithinTheBound) {
  const std::string longest(kMaxServerTextBytes, 'x');
  EXPECT_EQ(CleanServerText(longest), longest);
  EXPECT_EQ(CleanServerText(longest + "y"), longest);
  const std::string almost(kMaxServerTextBytes - 1, 'x');
  EXPECT_EQ(CleanServerText(almost + "é"), almost);
}

TEST(CleanServerText, ReplacesWhatDrivesATerminal) {
  EXPECT_EQ(CleanServerText("\x1b[31mred\x07\x7f"), "?[31mred??");
  EXPECT_EQ(CleanServerText("\xc2\x9b"
                            "31m"),
            "?31m");  // U+009B, CSI in one
  EXPECT_EQ(CleanServerText("a\xe2\x80\xae"
                            "b"),
            "a?b");                                // U+202E, right to left
  EXPECT_EQ(CleanServerText("a\xff\xc3"), "a??");  // not UTF-8
  EXPECT_EQ(CleanServerText(absl::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(CleanServerText("a\rb"), "a?b");
}

TEST(CleanServerText, ReplacesWhatIsNotSeen) {
  EXPECT_EQ(CleanServerText("a\u200bb\ufeffc\U000e0041d"), "a?b?c?d");  // zero width, BOM, a tag
}

}  // namespace
}  // namespace sumlog::client
