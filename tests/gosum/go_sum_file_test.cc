// Goal: a go.sum file becomes the records it holds; halves and contradictions are told apart; a
// malformed line is named by its number.
// Method: small files with one property each.

#include "sumlog/gosum/go_sum_file.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::gosum {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kHashA[] = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
constexpr char kHashB[] = "h1:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";
constexpr char kEmptyGoModHash[] = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=";

std::string ZipLine(absl::string_view path, absl::string_view version, absl::string_view hash) {
  return absl::StrCat(path, " ", version, " ", hash, "\n");
}

std::string ModLine(absl::string_view path, absl::string_view version, absl::string_view hash) {
  return absl::StrCat(path, " ", version, "/go.mod ", hash, "\n");
}

GoSumFile Parse(absl::string_view content) {
  auto file = ParseGoSumFile(content);
  EXPECT_EQ(file.status(), absl::OkStatus()) << content;
  return file.ok() ? *std::move(file) : GoSumFile();
}

std::string Refusal(absl::string_view content) {
  const auto file = ParseGoSumFile(content);
  EXPECT_EQ(file.status().code(), absl::StatusCode::kInvalidArgument) << content;
  return std::string(file.status().message());
}

TEST(ParseGoSumFile, PairsTheLinesInOrderOfFirstAppearance) {
  const GoSumFile file =
      Parse(absl::StrCat(ModLine("b.y", "v1.0.0", kHashB), ZipLine("a.y", "v1.0.0", kHashA),
                         ModLine("a.y", "v1.0.0", kHashB), ModLine("c.y", "v1.0.0", kHashB),
                         ZipLine("b.y", "v1.0.0", kHashA), ZipLine("d.y", "v1.0.0", kHashA)));
  const Record b{.module = {"b.y", "v1.0.0"}, .zip_hash = kHashA, .mod_hash = kHashB};
  const Record a{.module = {"a.y", "v1.0.0"}, .zip_hash = kHashA, .mod_hash = kHashB};
  EXPECT_THAT(file.records, ElementsAre(b, a));
  EXPECT_THAT(file.incomplete,
              ElementsAre(ModuleVersion{"c.y", "v1.0.0"}, ModuleVersion{"d.y", "v1.0.0"}));
  EXPECT_THAT(file.conflicts, IsEmpty());
}

TEST(ParseGoSumFile, TakesAnEmptyFile) {
  for (const char* content : {"", "\n", "\r\n", " \t\n\n"}) {
    const GoSumFile file = Parse(content);
    EXPECT_THAT(file.records, IsEmpty());
    EXPECT_THAT(file.incomplete, IsEmpty());
  }
}

TEST(ParseGoSumFile, IsLooseWithWhiteSpaceAsTheGoCommandIs) {
  const std::string plain =
      absl::StrCat(ZipLine("a.y", "v1.0.0", kHashA), ModLine("a.y", "v1.0.0", kHashB));
  for (const std::string& content : {
           plain,
           plain.substr(0, plain.size() - 1),
           absl::StrReplaceAll(plain, {{"\n", "\r\n"}}),
           absl::StrReplaceAll(plain, {{"\n", "\n\n \t\n"}}),
           absl::StrReplaceAll(plain, {{" ", "\t \v\f"}}),
           absl::StrCat("  ", plain),
       }) {
    EXPECT_EQ(Parse(content).records.size(), 1u) << content;
  }
}

TEST(ParseGoSumFile, TakesRepeatedEqualLines) {
  const std::string pair =
      absl::StrCat(ZipLine("a.y", "v1.0.0", kHashA), ModLine("a.y", "v1.0.0", kHashB));
  const GoSumFile file = Parse(absl::StrCat(pair, pair, pair));
  EXPECT_EQ(file.records.size(), 1u);
  EXPECT_THAT(file.conflicts, IsEmpty());
}

TEST(ParseGoSumFile, ReportsOneConflictForEachLineThatDiffers) {
  const GoSumFile file =
      Parse(absl::StrCat(ZipLine("a.y", "v1.0.0", kHashA), ModLine("a.y", "v1.0.0", kHashA), "\n",
                         ZipLine("a.y", "v1.0.0", kHashB), ModLine("a.y", "v1.0.0", kHashB),
                         ZipLine("a.y", "v1.0.0", kHashB), ZipLine("a.y", "v1.0.0", kHashA)));
  EXPECT_THAT(file.records, IsEmpty());
  EXPECT_THAT(file.incomplete, IsEmpty());
  ASSERT_EQ(file.conflicts.size(), 2u);
  const GoSumConflict& zip = file.conflicts[0];
  EXPECT_EQ(zip.module, (ModuleVersion{"a.y", "v1.0.0"}));
  EXPECT_FALSE(zip.of_go_mod);
  EXPECT_EQ(zip.first_line, 1u);
  EXPECT_EQ(zip.second_line, 4u);
  EXPECT_EQ(zip.first_hash, kHashA);
  EXPECT_EQ(zip.second_hash, kHashB);
  const GoSumConflict& mod = file.conflicts[1];
  EXPECT_TRUE(mod.of_go_mod);
  EXPECT_EQ(mod.first_line, 2u);
  EXPECT_EQ(mod.second_line, 5u);
}

TEST(ParseGoSumFile, KeepsAConflictOutOfTheIncomplete) {
  const GoSumFile file =
      Parse(absl::StrCat(ModLine("a.y", "v1.0.0", kHashA), ModLine("a.y", "v1.0.0", kHashB)));
  EXPECT_EQ(file.conflicts.size(), 1u);
  EXPECT_THAT(file.incomplete, IsEmpty());
}

TEST(ParseGoSumFile, SkipsHashesOfAnotherKind) {
  const GoSumFile file =
      Parse(absl::StrCat(ZipLine("a.y", "v1.0.0", "h2:xyz"), ZipLine("a.y", "v1.0.0", kHashA),
                         ModLine("a.y", "v1.0.0", kHashB), ZipLine("b.y", "v1.0.0", "h2:xyz")));
  EXPECT_EQ(file.records.size(), 1u);
  EXPECT_THAT(file.incomplete, IsEmpty());
  EXPECT_THAT(file.conflicts, IsEmpty());
}

TEST(ParseGoSumFile, DropsTheHashOfAnEmptyGoModAsTheGoCommandDoes) {
  const GoSumFile file =
      Parse(absl::StrCat(ZipLine("a.y", "v1.0.0", kHashA), ModLine("a.y", "v1.0.0", kHashB),
                         ModLine("a.y", "v1.0.0", kEmptyGoModHash)));
  EXPECT_EQ(file.records.size(), 1u);
  EXPECT_THAT(file.conflicts, IsEmpty());
}

TEST(ParseGoSumFile, NamesTheLineAndWhatIsWrongWithIt) {
  const std::string good = ZipLine("a.y", "v1.0.0", kHashA);
  EXPECT_EQ(Refusal(absl::StrCat(good, "\nrsc.io/quote v1.5.2\n")),
            "line 3: got 2 fields, want 3 (MODULE VERSION HASH): \"rsc.io/quote v1.5.2\"");
  EXPECT_EQ(Refusal("a.y v1.0.0 h1:a b c\r\n"),
            "line 1: got 5 fields, want 3 (MODULE VERSION HASH): \"a.y v1.0.0 h1:a b c\\r\"");
  EXPECT_EQ(Refusal(absl::StrCat(good, "a.y v2.0.0 h1:a")),
            "line 2: module \"a.y\": version \"v2.0.0\" has major version v2, want v0 or v1 (or "
            "\"+incompatible\" at the end) for a path without \"/v2\": \"a.y v2.0.0 h1:a\"");
  EXPECT_EQ(Refusal("a.y v1.0.0 h1:a\n"),
            "line 1: hash \"h1:a\" has 1 characters after \"h1:\", want 44: \"a.y v1.0.0 h1:a\"");
  EXPECT_EQ(Refusal("a.y v1.0.0 sum\n"),
            "line 1: hash \"sum\" does not begin with its kind, like \"h1:\": \"a.y v1.0.0 sum\"");
  EXPECT_EQ(Refusal("<<<<<<< HEAD\n"),
            "line 1: got 2 fields, want 3 (MODULE VERSION HASH): \"<<<<<<< HEAD\"");
}

TEST(ParseGoSumFile, RefusesBrokenFields) {
  for (const char* line :
       {"a.y v1.0.0/go.sum h2:a", "a.y v1.0.0/go.mod/go.mod h2:a", "a.y v1 h2:a", "A.y v1.0.0 h2:a",
        "a.y v1.0.0 :a", "a.y v1.0.0 h2:", "a.y v1.0.0 h-2:a", "a.y\xC2\xA0v1.0.0 h2:a"}) {
    EXPECT_FALSE(ParseGoSumFile(line).ok()) << line;
  }
  EXPECT_FALSE(ParseGoSumFile(absl::string_view("\0\n", 2)).ok());
}

TEST(ParseGoSumFile, CutsLongLinesInMessages) {
  const std::string endless(10 << 20, 'x');
  const std::string message = Refusal(absl::StrCat("\n", endless));
  EXPECT_LT(message.size(), 250u);
  EXPECT_EQ(message.find("line 2: got 10485760 bytes, want at most 4096: \"xxx"), 0u);
}

TEST(ParseGoSumFile, TakesALineOfTheGreatestLength) {
  const std::string path = absl::StrCat("x.y/", std::string(kMaxPathSizeBytes - 4, 'a'));
  const std::string version = absl::StrCat("v1.0.0-", std::string(kMaxVersionSizeBytes - 7, 'a'));
  EXPECT_EQ(Parse(ModLine(path, version, kHashA)).incomplete.size(), 1u);
  const std::string hash = absl::StrCat("h2:", std::string(kMaxGoSumLineSizeBytes - 14, 'a'));
  EXPECT_EQ(Parse(ZipLine("x.y", "v1.0.0", hash)).incomplete.size(), 0u);
  EXPECT_FALSE(ParseGoSumFile(ZipLine("x.y", "v1.0.0", hash + "a")).ok());
}

}  // namespace
}  // namespace sumlog::gosum
