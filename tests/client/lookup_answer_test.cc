// Goal: an answer is taken apart as x/mod does, and only the record's own lines count.
// Method: one well-formed answer, then each part damaged in turn.

#include "client/lookup_answer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sumlog/gosum/record.h"

namespace sumlog::client {
namespace {

constexpr char kZipLine[] = "rsc.io/quote v1.5.2 h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=\n";
constexpr char kModLine[] =
    "rsc.io/quote v1.5.2/go.mod h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=\n";
constexpr char kOtherHash[] = "h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=\n";

const gosum::ModuleVersion& Quote() {
  static const gosum::ModuleVersion module{.path = "rsc.io/quote", .version = "v1.5.2"};
  return module;
}

std::string Both() { return absl::StrCat(kZipLine, kModLine); }

bool IsMalformed(absl::string_view body) {
  return absl::IsInvalidArgument(ParseLookupAnswer(body).status());
}

TEST(ParseLookupAnswer, SplitsAtTheFirstBlankLine) {
  const std::string body = absl::StrCat("1234\n", Both(), "\nhead\n\n— name sig\n");
  const auto answer = ParseLookupAnswer(body);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->number, 1234u);
  EXPECT_EQ(answer->record_text, Both());
  EXPECT_EQ(answer->note, "head\n\n— name sig\n");
}

TEST(ParseLookupAnswer, TakesTheLargestNumber) {
  const std::string rest = absl::StrCat("\n", Both(), "\nhead\n");
  const auto answer = ParseLookupAnswer("9223372036854775807" + rest);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->number, 9223372036854775807u);
  EXPECT_TRUE(IsMalformed("9223372036854775808" + rest));
}

TEST(ParseLookupAnswer, RefusesWhatIsNoCanonicalNumber) {
  for (const char* const number :
       {"", "-1", "+1", "01", " 1", "1 ", "1\r", "0x1", "1.0", "99999999999999999999999"}) {
    EXPECT_TRUE(IsMalformed(absl::StrCat(number, "\n", Both(), "\nhead\n"))) << number;
  }
}

TEST(ParseLookupAnswer, RefusesWhatIsNoAnswer) {
  EXPECT_TRUE(IsMalformed(""));
  EXPECT_TRUE(IsMalformed("12"));
  EXPECT_TRUE(IsMalformed("12\n"));
  EXPECT_TRUE(IsMalformed(absl::StrCat("12\n", Both())));
  EXPECT_TRUE(IsMalformed("<!DOCTYPE html>\n<html><body>Sign in\n\n</body></html>\n"));
}

TEST(ParseLookupAnswer, RefusesATextThatNoRecordCanBe) {
  EXPECT_TRUE(IsMalformed("12\na\x01b\n\nhead\n"));
  EXPECT_TRUE(IsMalformed("12\na\xff\n\nhead\n"));
  EXPECT_TRUE(IsMalformed(
      absl::StrCat("12\n", std::string(gosum::kMaxRecordSizeBytes, 'a'), "\n\nhead\n")));
}

TEST(CheckRecordIsOf, AcceptsBothLinesInEitherOrder) {
  EXPECT_TRUE(CheckRecordIsOf(Quote(), Both()).ok());
  EXPECT_TRUE(CheckRecordIsOf(Quote(), absl::StrCat(kModLine, kZipLine)).ok());
}

TEST(CheckRecordIsOf, IgnoresOtherLinesAsGoDoes) {
  const std::string text = absl::StrCat(Both(), "rsc.io/quote v1.5.2 h2:of-the-future\n",
                                        "rsc.io/other v1.0.0 ", kOtherHash);
  EXPECT_TRUE(CheckRecordIsOf(Quote(), text).ok());
}

TEST(CheckRecordIsOf, CallsHalfARecordDataLoss) {
  for (const char* const line : {kZipLine, kModLine}) {
    const absl::Status status = CheckRecordIsOf(Quote(), line);
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("checksum missing"));
  }
}

TEST(CheckRecordIsOf, CallsAnotherModulesRecordDataLoss) {
  for (const gosum::ModuleVersion& other :
       {gosum::ModuleVersion{.path = "rsc.io/quote", .version = "v1.5.3"},
        gosum::ModuleVersion{.path = "rsc.io/quot", .version = "v1.5.2"},
        gosum::ModuleVersion{.path = "rsc.io/quote", .version = "v1.5"}}) {
    EXPECT_TRUE(absl::IsDataLoss(CheckRecordIsOf(other, Both()))) << other.ToString();
  }
}

TEST(CheckRecordIsOf, CallsTwoHashesForOneThingDataLoss) {
  const std::string text = absl::StrCat(Both(), "rsc.io/quote v1.5.2 ", kOtherHash);
  EXPECT_TRUE(absl::IsDataLoss(CheckRecordIsOf(Quote(), text)));
}

TEST(CheckRecordIsOf, CallsAMalformedHashDataLoss) {
  const std::string text = absl::StrCat("rsc.io/quote v1.5.2 h1:w5fc\n", kModLine);
  EXPECT_TRUE(absl::IsDataLoss(CheckRecordIsOf(Quote(), text)));
}

}  // namespace
}  // namespace sumlog::client
