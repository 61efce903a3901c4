// Goal: a file becomes a flat list with line numbers, and no file, however wrong, hurts the parser.
// Method: right files, then files that are wrong in one way each; the deep ones are those that a
// recursive parser would die of.

#include "ops/config_file.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::ops {
namespace {

using ::testing::HasSubstr;

std::string Repeat(absl::string_view text, std::size_t count) {
  std::string repeated;
  for (std::size_t i = 0; i < count; ++i) absl::StrAppend(&repeated, text);
  return repeated;
}

std::string Refusal(absl::string_view content) {
  const absl::Status status = ParseConfigFile(content, "f.toml").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  return std::string(status.message());
}

TEST(ParseConfigFile, ListsKeysInOrderWithTheirLines) {
  const auto entries = ParseConfigFile(
      "# comment\n[listen]\nhttp = \"[::1]:0\"  # at the end\n\n[limits]\r\nconnections = 12\n",
      "f.toml");
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].name, "listen.http");
  EXPECT_EQ((*entries)[0].value, "[::1]:0");
  EXPECT_EQ((*entries)[0].line, 3u);
  EXPECT_EQ((*entries)[1].name, "limits.connections");
  EXPECT_EQ((*entries)[1].value, "12");
  EXPECT_EQ((*entries)[1].line, 6u);
}

TEST(ParseConfigFile, TakesAnEmptyFileAndDottedKeys) {
  EXPECT_TRUE(ParseConfigFile("", "f.toml")->empty());
  EXPECT_TRUE(ParseConfigFile("\n# nothing\n", "f.toml")->empty());
  const auto entries = ParseConfigFile("log.name = \"x\"", "f.toml");
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(entries->at(0).name, "log.name");
}

TEST(ParseConfigFile, ListsTablesWithTheirLinesAndLists) {
  const auto entries = ParseConfigFile(
      "[[cert]]\nname = \"a\"\nof = [\"x\", \"y\"]\n\n[log]\nname = \"z\"\n[[cert]]\n"
      "name = \"b\"\nof = []\n",
      "f.toml");
  ASSERT_TRUE(entries.ok()) << entries.status();
  std::vector<std::string> seen;
  for (const ConfigEntry& entry : *entries) {
    seen.push_back(absl::StrCat(entry.table_line, " ", entry.line, " ", entry.name, "=",
                                entry.value, entry.is_list ? " of a list" : ""));
  }
  EXPECT_THAT(
      seen, ::testing::ElementsAre("1 2 cert.name=a", "1 3 cert.of=x of a list",
                                   "1 3 cert.of=y of a list", "0 6 log.name=z", "7 8 cert.name=b"));
}

TEST(ParseConfigFile, RefusesTablesThatHoldNothingOrTooMuch) {
  EXPECT_THAT(Refusal("[[cert]]\n"), HasSubstr("f.toml:1: [[cert]] has no keys"));
  EXPECT_THAT(Refusal("[[cert]]\nof = [[\"a\"]]\n"), HasSubstr("f.toml:2: cert.of: want text"));
  EXPECT_THAT(Refusal("[[cert]]\nof = [true]\n"), HasSubstr("f.toml:2: cert.of: want text"));
  EXPECT_THAT(Refusal("[[cert]]\nof = {a = 1}\n"), HasSubstr("f.toml:2: cert.of: want text"));
  EXPECT_THAT(Refusal("[[cert.deep]]\nof = 1\n"), HasSubstr("cert.deep"));
  EXPECT_THAT(Refusal("cert = [1]\n"), HasSubstr("cert stands outside any section"));
}

TEST(ParseConfigFile, CountsNoBracketsOfNames) {
  EXPECT_TRUE(ParseConfigFile(Repeat("[[cert]] \na = 1\n", 300), "f.toml").ok());
  EXPECT_THAT(Refusal(Repeat("[[cert]]\na = [1]\n", 300)), HasSubstr("brackets"));
  EXPECT_THAT(Refusal(Repeat("[[\n", 300)), HasSubstr("brackets"));
  EXPECT_THAT(Refusal(Repeat("[[[a]]]\n", 300)), HasSubstr("brackets"));
}

TEST(ParseConfigFile, NamesFileAndLineOfBrokenToml) {
  EXPECT_THAT(Refusal("[log]\nname = \"x\"\ncontact = \n"), HasSubstr("f.toml:3: not TOML"));
  EXPECT_THAT(Refusal("[log\n"), HasSubstr("f.toml:1: not TOML"));
  EXPECT_THAT(Refusal("[log]\nname = 1\nname = 2\n"), HasSubstr("f.toml:"));
}

TEST(ParseConfigFile, KeepsItsMessageToOneLine) {
  EXPECT_EQ(Refusal("[log]\nname = [\n").find('\n'), std::string::npos);
}

TEST(ParseConfigFile, RefusesValuesThatAreNeitherTextNorInteger) {
  EXPECT_THAT(Refusal("[log]\nname = true\n"), HasSubstr("f.toml:2: log.name: want text"));
  EXPECT_THAT(Refusal("[log]\nname = 1.5\n"), HasSubstr("f.toml:2: log.name"));
  EXPECT_THAT(Refusal("[log]\nname = [\"a\"]\n"), HasSubstr("f.toml:2: log.name"));
  EXPECT_THAT(Refusal("[log]\nname = {a = 1}\n"), HasSubstr("f.toml:2: log.name"));
  EXPECT_THAT(Refusal("[log.name.deep]\nx = 1\n"), HasSubstr("log.name"));
}

TEST(ParseConfigFile, RefusesKeysOutsideSections) {
  EXPECT_THAT(Refusal("name = \"x\"\n"), HasSubstr("f.toml:1: name stands outside any section"));
}

TEST(ParseConfigFile, BoundsSize) {
  EXPECT_THAT(Refusal(std::string(kMaxConfigBytes + 1, '\n')), HasSubstr("65537 bytes"));
  EXPECT_TRUE(ParseConfigFile(std::string(kMaxConfigBytes, '\n'), "f.toml").ok());
}

TEST(ParseConfigFile, BoundsNesting) {
  const std::size_t kDeep = 20'000;
  EXPECT_THAT(Refusal("x = " + Repeat("[", kDeep)), HasSubstr("brackets"));
  EXPECT_THAT(Refusal("x = " + Repeat("{a=", kDeep)), HasSubstr("brackets"));
  EXPECT_THAT(Refusal("[" + Repeat("a.", kDeep) + "a]\n"), HasSubstr("f.toml:1: more than"));
  EXPECT_THAT(Refusal(Repeat("a.", kDeep) + "a = 1\n"), HasSubstr("f.toml:1: more than"));
  EXPECT_THAT(Refusal("\n[a]\n" + Repeat("[", 200'000)), HasSubstr("bytes"));
}

// What is just under the bounds must not be too much for the library either.
TEST(ParseConfigFile, SurvivesTheDeepestNestingThatItAllows) {
  EXPECT_THAT(Refusal("[a]\nx = " + Repeat("[", 254)), HasSubstr("not TOML"));
  EXPECT_THAT(Refusal("[a]\nx = " + Repeat("[", 254) + Repeat("]", 254)), HasSubstr("a.x"));
  EXPECT_THAT(Refusal("[a]\nx = " + Repeat("{b=", 254)), HasSubstr("not TOML"));
  EXPECT_THAT(Refusal("[" + Repeat("a.", 100) + "a]\nx = 1\n"), HasSubstr("a.a"));
}

TEST(ParseConfigFile, RefusesBytesThatAreNoText) {
  Refusal(absl::string_view("[log]\nname = \"\0\"\n", 18));
  Refusal("\xff\xfe[log]\n");
}

}  // namespace
}  // namespace sumlog::ops
