// Goal: paths of files are taken exactly as x/mod's module.CheckFilePath takes them, and names that
// differ only in case are known as such.
// Method: cases of each rule here; every code point and thousands of paths against x/mod itself in
// tests/interop/modzip.

#include "gosum/file_path.h"

#include <string>

#include "gosum/unicode.h"
#include "gtest/gtest.h"

namespace sumlog::gosum {
namespace {

TEST(CheckFilePath, AcceptsWhatEveryFileSystemCanHold) {
  for (const char* path : {"a", "a/b/c.go", ".gitignore", "-x", "a b", "!#$%&()+,-=@[]^_{}~",
                           "é/漢", "a~1", "console", "com0", "x/auxiliary.go"}) {
    EXPECT_TRUE(CheckFilePath(path).ok()) << path;
  }
}

TEST(CheckFilePath, SaysWhatIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "has an element \"\" that is empty"},
      {"/a", "has an element \"\" that is empty"},
      {"a/", "has an element \"\" that is empty"},
      {"a//b", "has an element \"\" that is empty"},
      {"a/../b", "has an element \"..\" that ends with a dot"},
      {"a.", "has an element \"a.\" that ends with a dot"},
      {"a/b:c", "has an element \"b:c\" that contains ':'"},
      {"a\n", "has an element \"a\\n\" that contains byte 0x0a"},
      {"é/☺", "has an element \"\\xe2\\x98\\xba\" that contains U+263a, not a letter"},
      {"e\u0301", "has an element \"e\\xcc\\x81\" that contains U+0301, not a letter"},
      {"\xff", "has an element \"\\xff\" that is not valid UTF-8"},
      {"a/LPT1.txt", "has an element \"LPT1.txt\" that is \"LPT1\", reserved on Windows"},
  };
  for (const auto& [path, message] : cases) {
    const absl::Status status = CheckFilePath(path);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), message);
  }
}

TEST(FoldCase, GivesAllCasesOfALetterOneForm) {
  EXPECT_EQ(FoldCase("already lower/123"), "already lower/123");
  EXPECT_EQ(FoldCase("README.md"), "readme.md");
  EXPECT_EQ(FoldCase("\u212a"), "k");  // Kelvin
  EXPECT_EQ(FoldCase("\u017f"), "s");  // long s
  EXPECT_EQ(FoldCase("É"), FoldCase("é"));
  EXPECT_EQ(FoldCase("Σ"), FoldCase("ς"));
  EXPECT_EQ(FoldCase("σ"), FoldCase("ς"));
  EXPECT_EQ(FoldCase("ǅ"), FoldCase("ǆ"));
  EXPECT_EQ(FoldCase("\U00010428"), FoldCase("\U00010400"));
}

TEST(FoldCase, KeepsLettersApartThatGoKeepsApart) {
  EXPECT_NE(FoldCase("ß"), FoldCase("ss"));
  EXPECT_NE(FoldCase("ı"), FoldCase("i"));
  EXPECT_NE(FoldCase("İ"), FoldCase("i"));
  EXPECT_NE(FoldCase("é"), FoldCase("e"));
}

}  // namespace
}  // namespace sumlog::gosum
