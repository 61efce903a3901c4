// Goal: a record is both lines or none, in one spelling; nothing next to it parses.
// Method: a record of sum.golang.org goes around; then it is broken one way at a time.

#include "sumlog/gosum/record.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "sumlog/gosum/module_path.h"

namespace sumlog::gosum {
namespace {

constexpr char kZipHash[] = "h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=";
constexpr char kModHash[] = "h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=";
constexpr char kZipLine[] = "rsc.io/quote v1.5.2 h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=\n";
constexpr char kModLine[] =
    "rsc.io/quote v1.5.2/go.mod h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=\n";

Record Quote152() {
  return {.module = {.path = "rsc.io/quote", .version = "v1.5.2"},
          .zip_hash = kZipHash,
          .mod_hash = kModHash};
}

// The message with which ParseRecordText refuses `text`.
std::string Refusal(absl::string_view text) {
  const auto record = ParseRecordText(text);
  EXPECT_EQ(record.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(record.status().message());
}

TEST(CheckH1, AcceptsTheBase64OfASha256) {
  EXPECT_EQ(CheckH1(kZipHash), absl::OkStatus());
  EXPECT_EQ(CheckH1("h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="), absl::OkStatus());
}

TEST(CheckH1, RefusesEveryOtherSpelling) {
  struct Case {
    absl::string_view hash;
    absl::string_view message;
  };
  const Case cases[] = {
      {"", "hash \"\" does not begin with \"h1:\""},
      {"w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=",
       "hash \"w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=\" does not begin with \"h1:\""},
      {"h2:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=",
       "hash \"h2:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=\" does not begin with \"h1:\""},
      {"h1:", "hash \"h1:\" has 0 characters after \"h1:\", want 44"},
      {"h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y",
       "hash \"h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y\" has 43 characters after \"h1:\", "
       "want 44"},
      // 33 bytes in 44 characters.
      {"h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3YA",
       "hash \"h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3YA\" is not the base64 of 32 bytes"},
      // A bit set behind the last byte: Y and Z decode to the same bytes.
      {"h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Z=",
       "hash \"h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Z=\" is not the base64 of 32 bytes"},
      {"h1:w5fcysjrx7yqtD_aO-QwRjYZOKnaM9Uh2b40tElTs3Y=",
       "hash \"h1:w5fcysjrx7yqtD_aO-QwRjYZOKnaM9Uh2b40tElTs3Y=\" is not the base64 of 32 bytes"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(CheckH1(c.hash).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(CheckH1(c.hash).message(), c.message);
  }
}

TEST(CheckRecord, NamesTheWrongPart) {
  EXPECT_EQ(CheckRecord(Quote152()), absl::OkStatus());

  Record record = Quote152();
  record.module.version = "v2.0.0";
  EXPECT_EQ(CheckRecord(record), CheckModuleVersion(record.module.path, record.module.version));
  EXPECT_FALSE(CheckRecord(record).ok());

  record = Quote152();
  record.zip_hash = "h1:x";
  EXPECT_EQ(CheckRecord(record).message(),
            "record of \"rsc.io/quote@v1.5.2\": hash \"h1:x\" has 1 characters after \"h1:\", want "
            "44");

  record = Quote152();
  record.mod_hash = "";
  EXPECT_EQ(CheckRecord(record).message(),
            "record of \"rsc.io/quote@v1.5.2\": go.mod hash \"\" does not begin with \"h1:\"");
}

TEST(ParseRecordText, UndoesFormatRecordText) {
  EXPECT_EQ(FormatRecordText(Quote152()), absl::StrCat(kZipLine, kModLine));
  const auto record = ParseRecordText(absl::StrCat(kZipLine, kModLine));
  ASSERT_EQ(record.status(), absl::OkStatus());
  EXPECT_EQ(*record, Quote152());
}

TEST(ParseRecordText, RefusesHalfARecord) {
  EXPECT_EQ(Refusal(""), "record is empty, want two lines");
  EXPECT_EQ(Refusal(kZipLine),
            "record of \"rsc.io/quote@v1.5.2\" lacks the \"/go.mod\" line, want both lines");
  EXPECT_EQ(Refusal(kModLine),
            "record of \"rsc.io/quote@v1.5.2\" lacks the line of the module itself, want both "
            "lines");
  EXPECT_EQ(Refusal(absl::StrCat(kZipLine, kZipLine)),
            "record of \"rsc.io/quote@v1.5.2\" has the line of the module twice and no \"/go.mod\" "
            "line");
  EXPECT_EQ(Refusal(absl::StrCat(kModLine, kModLine)),
            "record of \"rsc.io/quote@v1.5.2\" has its \"/go.mod\" line twice and not that of the "
            "module itself");
}

TEST(ParseRecordText, RefusesTheLinesInTheOtherOrder) {
  EXPECT_EQ(
      Refusal(absl::StrCat(kModLine, kZipLine)),
      "record of \"rsc.io/quote@v1.5.2\" has its \"/go.mod\" line first, want the line of the "
      "module itself first");
}

TEST(ParseRecordText, RefusesLinesOfTwoModuleVersions) {
  const std::string other = absl::StrReplaceAll(kModLine, {{"v1.5.2", "v1.5.3"}});
  EXPECT_EQ(Refusal(absl::StrCat(kZipLine, other)),
            "record has lines of two module versions, \"rsc.io/quote@v1.5.2\" and "
            "\"rsc.io/quote@v1.5.3\"");
}

TEST(ParseRecordText, RefusesAThirdLine) {
  EXPECT_EQ(Refusal(absl::StrCat(kZipLine, kModLine, "\n")),
            "record goes on after its two lines: \"\\n\"");
  EXPECT_EQ(Refusal(absl::StrCat(kZipLine, kModLine, "x.y v1.0.0 h1:a\n")),
            "record goes on after its two lines: \"x.y v1.0.0 h1:a\\n\"");
}

TEST(ParseRecordText, RefusesOtherSpacing) {
  const std::string good = absl::StrCat(kZipLine, kModLine);
  for (const std::string& text : {
           absl::StrReplaceAll(good, {{" h1:", "  h1:"}}),
           absl::StrReplaceAll(good, {{" h1:", "\th1:"}}),
           absl::StrReplaceAll(good, {{"\n", "\r\n"}}),
           absl::StrReplaceAll(good, {{"\n", " \n"}}),
           absl::StrCat(" ", good),
           absl::StrCat("\n", good),
           absl::StrReplaceAll(good, {{"/go.mod", "/go.mod/go.mod"}}),
           good.substr(0, good.size() - 1),
       }) {
    EXPECT_FALSE(ParseRecordText(text).ok()) << text;
  }
}

TEST(ParseRecordText, RefusesAnInvalidModuleVersionOrHash) {
  const std::string good = absl::StrCat(kZipLine, kModLine);
  for (const std::string& text : {
           absl::StrReplaceAll(good, {{"v1.5.2", "v2.5.2"}}),
           absl::StrReplaceAll(good, {{"v1.5.2", "v1.5"}}),
           absl::StrReplaceAll(good, {{"rsc.io/", "rsc.io//"}}),
           absl::StrReplaceAll(good, {{"s3Y=", "s3Z="}}),
           absl::StrReplaceAll(good, {{"TKr0=", "TKr1="}}),
           absl::StrReplaceAll(good, {{"h1:L", "h2:L"}}),
       }) {
    EXPECT_FALSE(ParseRecordText(text).ok()) << text;
  }
}

TEST(ParseRecordText, HasABound) {
  EXPECT_EQ(Refusal(std::string(kMaxRecordSizeBytes + 1, '\n')),
            "record has 65537 bytes, want at most 65536");
}

TEST(CheckRecordText, TakesWhatATreeMayHold) {
  for (const char* text :
       {"a\n", "a\nb\n", "a b\xC3\xA9\n", "\x7F\n", "\xEF\xBF\xBD\n", "\n", "\na\n"}) {
    EXPECT_EQ(CheckRecordText(text), absl::OkStatus()) << text;
  }
}

TEST(CheckRecordText, RefusesTheRest) {
  EXPECT_EQ(CheckRecordText("").message(), "record text is empty");
  EXPECT_EQ(CheckRecordText("a").message(), "record text does not end in a newline");
  EXPECT_EQ(CheckRecordText("a\n\nb\n").message(), "record text has a blank line");
  EXPECT_EQ(CheckRecordText("a\n\n").message(), "record text has a blank line");
  EXPECT_EQ(CheckRecordText("a\tb\n").message(), "record text has the control character byte 0x09");
  EXPECT_EQ(CheckRecordText("a\r\n").message(), "record text has the control character byte 0x0d");
  EXPECT_EQ(CheckRecordText("a\xFF\n").message(), "record text is not valid UTF-8");
  EXPECT_EQ(CheckRecordText("\xED\xA0\x80\n").message(), "record text is not valid UTF-8");
}

}  // namespace
}  // namespace sumlog::gosum
