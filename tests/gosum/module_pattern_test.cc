// Goal: private patterns match the module paths that Go's GOPRIVATE matches; a pattern that could
// not do its work is an error, not a hole.
// Method: x/mod's documented cases of MatchPrefixPatterns, those of path.Match that tell
// implementations apart, and each way to break a pattern.

#include "sumlog/gosum/module_pattern.h"

#include <string>

#include "gtest/gtest.h"

namespace sumlog::gosum {
namespace {

bool Matches(absl::string_view list, absl::string_view path) {
  const auto patterns = ModulePatterns::Parse(list);
  EXPECT_EQ(patterns.status(), absl::OkStatus()) << list;
  return patterns.ok() && patterns->Matches(path);
}

std::string Refusal(absl::string_view list) {
  const auto patterns = ModulePatterns::Parse(list);
  EXPECT_EQ(patterns.status().code(), absl::StatusCode::kInvalidArgument) << list;
  return std::string(patterns.status().message());
}

struct Case {
  absl::string_view list;
  absl::string_view path;
  bool want;
};

TEST(ModulePatterns, MatchesPrefixesOfWholeElements) {
  const Case cases[] = {
      {"", "rsc.io/quote", false},
      {"/", "rsc.io/quote", false},
      {"*/quote", "rsc.io/quote", true},
      {"*/quo", "rsc.io/quote", false},
      {"*/quo??", "rsc.io/quote", true},
      {"*/quo*", "rsc.io/quote", true},
      {"*quo*", "rsc.io/quote", false},
      {"rsc.io", "rsc.io", true},
      {"rsc.io", "rsc.io/quote", true},
      {"*.io", "rsc.io/quote", true},
      {"rsc.io/", "rsc.io/quote", true},
      {"rsc", "rsc.io/quote", false},
      {"rsc*", "rsc.io/quote", true},
      {"rsc.io", "rsc.io/quote/v3", true},
      {"*/quote", "rsc.io/quote/v3", true},
      {"*/quote/", "rsc.io/quote/v3", true},
      {"*/quote/*", "rsc.io/quote/v3", true},
      {"*/v3", "rsc.io/quote/v3", false},
      {"*/*/v3", "rsc.io/quote/v3", true},
      {"*/*/*", "rsc.io/quote/v3", true},
      {"*/*/*/", "rsc.io/quote/v3", true},
      {"*/*/*", "rsc.io/quote", false},
      {"*/*/*,,", "rsc.io/quote", false},
      {"*/*/*,,*/quote", "rsc.io/quote", true},
      {",,*/quote", "rsc.io/quote", true},
      // The parent of what "/*" covers is not covered.
      {"git.corp.example/*", "git.corp.example", false},
      {"git.corp.example/*", "git.corp.example/a", true},
      {"git.corp.example", "git.corp.example.evil.org/a", false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Matches(c.list, c.path), c.want) << c.list << " and " << c.path;
  }
}

TEST(ModulePatterns, ReadsGlobsAsGoDoes) {
  const Case cases[] = {
      {"a*b*c", "aXbYc", true},
      {"a*b*c", "abcbc", true},
      {"a*b*c", "acb", false},
      {"*b", "abab", true},
      {"**b", "ab", true},
      {"a?c", "abc", true},
      {"a?c",
       "a\xC3\xA9"
       "c",
       true},
      {"a?c", "ac", false},
      {"[a-c]x", "bx", true},
      {"[a-c]x", "dx", false},
      {"[^a-c]x", "dx", true},
      {"[^a-c]x", "ax", false},
      {"[c-a]x", "bx", false},
      {"[a\\-z]x", "-x", true},
      {"[a\\-z]x", "bx", false},
      {"[\\]]x", "]x", true},
      {"[[]x", "[x", true},
      {"[*]x", "ax", false},
      {"[*]x", "*x", true},
      {"[\xC3\xA9]x", "\xC3\xA9x", true},
      {"\\*x", "*x", true},
      {"\\*x", "ax", false},
      {"a]", "a]", true},
      {"a-b^", "a-b^", true},
      {"a*", "A", false},
      {"*x", "xxxx", true},
      {"[^a]x", "\xFFx", true},
      // A class may take the slash, but a star gives away its first fit and never looks back.
      {"*[^x]*b", "a/b", false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Matches(c.list, c.path), c.want) << c.list << " and " << c.path;
  }
}

TEST(ModulePatterns, RefusesMalformedPatterns) {
  EXPECT_EQ(Refusal("a.b,[a"), "module pattern \"[a\" ends inside a class");
  EXPECT_EQ(Refusal("["), "module pattern \"[\" ends inside a class");
  EXPECT_EQ(Refusal("[a-"), "module pattern \"[a-\" ends inside a class");
  EXPECT_EQ(Refusal("[a\\"), "module pattern \"[a\\\\\" ends inside a class");
  EXPECT_EQ(Refusal("[]a]"),
            "module pattern \"[]a]\" has a class with a character missing before ']'");
  EXPECT_EQ(Refusal("[a-]"),
            "module pattern \"[a-]\" has a class with a character missing before ']'");
  EXPECT_EQ(Refusal("[^]"),
            "module pattern \"[^]\" has a class with a character missing before ']'");
  EXPECT_EQ(Refusal("[-a]"),
            "module pattern \"[-a]\" has '-' in a class without a character on both sides");
  EXPECT_EQ(Refusal("[a--]"),
            "module pattern \"[a--]\" has '-' in a class without a character on both sides");
  EXPECT_EQ(Refusal("[\xFF]"), "module pattern \"[\\xff]\" has a class that is not valid UTF-8");
  EXPECT_EQ(Refusal("a\\"), "module pattern \"a\\\\\" ends with a '\\' that has nothing to quote");
  EXPECT_EQ(Refusal("x,a*[,b"), "module pattern \"a*[\" ends inside a class");
}

TEST(ModulePatterns, RefusesPatternsThatCouldNeverMatch) {
  EXPECT_EQ(Refusal("a.b, c.d"),
            "module pattern \" c.d\" has ' ', want patterns with ',' alone between them");
  EXPECT_EQ(Refusal("a.b\n"),
            "module pattern \"a.b\\n\" has byte 0x0a, want patterns with ',' alone between them");
}

TEST(ModulePatterns, HasABound) {
  EXPECT_TRUE(ModulePatterns::Parse(std::string(kMaxPatternListSizeBytes, 'a')).ok());
  EXPECT_EQ(Refusal(std::string(kMaxPatternListSizeBytes + 1, 'a')),
            "pattern list has 65537 bytes, want at most 65536");
}

TEST(ModulePatterns, DoesNotExplodeOnManyStars) {
  std::string stars;
  for (int i = 0; i < 1000; ++i) stars += "*a";
  EXPECT_FALSE(Matches(stars + "b", std::string(4000, 'a')));
  EXPECT_TRUE(Matches(stars, std::string(4000, 'a')));
}

TEST(ModulePatterns, IsEmptyWithoutPatterns) {
  EXPECT_TRUE(ModulePatterns().empty());
  EXPECT_FALSE(ModulePatterns().Matches("a.b"));
  EXPECT_TRUE(ModulePatterns::Parse(",/,")->empty());
  EXPECT_FALSE(ModulePatterns::Parse("a.b")->empty());
}

}  // namespace
}  // namespace sumlog::gosum
