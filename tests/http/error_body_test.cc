// Goal: every error body is shown whole by `go`: at most 8 lines and 648 bytes, no blank line.
// Method: ordinary texts, and the longest and nastiest ones in every part.

#include "http/error_body.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "base/utf8.h"
#include "gtest/gtest.h"

namespace sumlog::http {
namespace {

TEST(FormatErrorBody, WritesOneLineForEachPart) {
  EXPECT_EQ(FormatErrorBody({.what = "a is not in log b",
                             .why = "nobody added it",
                             .fix = "ask for it",
                             .contact = "platform@corp.example"}),
            "a is not in log b\n"
            "why: nobody added it\n"
            "fix: ask for it\n"
            "contact: platform@corp.example\n");
}

TEST(FormatErrorBody, LeavesOutEmptyParts) {
  EXPECT_EQ(FormatErrorBody({.what = "a", .fix = "b"}), "a\nfix: b\n");
}

TEST(FormatErrorBody, FitsWhateverItIsGiven) {
  for (const std::string& piece :
       {std::string("x"), std::string("\n"), std::string("\r\n\r\n"), std::string("é"),
        std::string("\xff"), std::string(1, '\0'), std::string("模块"), std::string("\x1b[2J")}) {
    std::string long_text;
    while (long_text.size() < 5000) long_text += piece;
    const std::string body = FormatErrorBody(
        {.what = long_text, .why = long_text, .fix = long_text, .contact = long_text});
    EXPECT_LE(body.size(), kMaxErrorBodyBytes);
    EXPECT_EQ(std::count(body.begin(), body.end(), '\n'), 4);
    EXPECT_FALSE(absl::StrContains(body, "\n\n"));
    EXPECT_TRUE(IsValidUtf8(body));
    EXPECT_TRUE(std::all_of(body.begin(), body.end(), [](char c) {
      return c == '\n' || static_cast<unsigned char>(c) >= 0x20;
    })) << body;
  }
}

TEST(FormatErrorBody, ShowsNothingThatSteersATerminal) {
  EXPECT_EQ(FormatErrorBody({.what = "a\u009b2Jb", .why = "\u202ecba", .fix = "\u2066x\u2069"}),
            "a?2Jb\nwhy: ?cba\nfix: ?x?\n");
  // A byte that is not UTF-8 costs itself only.
  EXPECT_EQ(FormatErrorBody({.what = "模块\xff\xc3 é", .contact = "张三"}),
            "模块?? é\ncontact: 张三\n");
}

TEST(ShortenMiddle, KeepsBothEnds) {
  EXPECT_EQ(ShortenMiddle("0123456789", 10), "0123456789");
  EXPECT_EQ(ShortenMiddle("0123456789a", 10), "012...789a");
  EXPECT_EQ(ShortenMiddle("", 10), "");
}

TEST(ShortenMiddle, CutsBetweenCharacters) {
  const std::string text = "模块模块模块模块模块";
  for (std::size_t max = 10; max <= text.size(); ++max) {
    const std::string cut = ShortenMiddle(text, max);
    EXPECT_LE(cut.size(), max);
    EXPECT_TRUE(IsValidUtf8(cut)) << cut;
  }
}

}  // namespace
}  // namespace sumlog::http
