// Goal: both forms of a data tile give the same records, whatever these hold; what was cut is never
// taken for a shorter record.

#include "client/data_tile.h"

#include <string>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/small_sumdb.h"

namespace sumlog::client {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

const std::vector<std::string> kTexts = {"a v1 h1:x\na v1/go.mod h1:y\n", "\n", "odd\n",
                                         "b v1 h1:x\nb v1/go.mod h1:y\n"};

std::string SeparatorForm() { return absl::StrJoin(kTexts, "\n"); }
std::string TerminatorForm() { return SeparatorForm() + "\n"; }

TEST(ParseDataTile, TakesBothForms) {
  for (const std::string& bytes : {SeparatorForm(), TerminatorForm()}) {
    const auto texts = ParseDataTile(bytes, 4);
    ASSERT_TRUE(texts.ok()) << texts.status();
    EXPECT_THAT(*texts, ElementsAreArray(kTexts));
  }
}

TEST(ParseDataTile, TakesTheFirstOnesOfAWiderTile) {
  for (const std::string& bytes : {SeparatorForm(), TerminatorForm()}) {
    for (std::uint32_t width = 0; width <= 4; ++width) {
      const auto texts = ParseDataTile(bytes, width);
      ASSERT_TRUE(texts.ok()) << texts.status();
      EXPECT_THAT(*texts, ElementsAreArray(kTexts.begin(), kTexts.begin() + width));
    }
  }
}

TEST(ParseDataTile, FindsThatATileWasCut) {
  const std::string whole = SeparatorForm();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);
    const auto texts = ParseDataTile(cut, 4);
    // A cut behind a line of the last record looks whole: its hash tells.
    if (texts.ok()) {
      EXPECT_EQ(cut.back(), '\n') << length;
      EXPECT_NE(texts->back(), kTexts.back());
    } else {
      EXPECT_TRUE(absl::IsUnavailable(texts.status())) << texts.status();
    }
  }
  EXPECT_THAT(std::string(ParseDataTile("a\n\nb\n", 3).status().message()),
              HasSubstr("has 2 records, want 3"));
  EXPECT_THAT(std::string(ParseDataTile("a\n\nb", 2).status().message()),
              HasSubstr("ends within its record 1 of 2"));
}

TEST(FetchDataTile, AsksForTheFullTileWhenThePartialOneIsGone) {
  testing::SmallSumdb sumdb(testing::TestSigner("sum.example.com"));
  sumdb.AppendMadeUp(256);
  sumdb.HavePartialTiles(false);
  const auto bytes = FetchDataTile(sumdb, 0, 5);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ((*ParseDataTile(*bytes, 5))[4], sumdb.text(4));
  EXPECT_THAT(sumdb.TakeAsked(), ElementsAre("/tile/8/data/000.p/5", "/tile/8/data/000"));
}

TEST(FetchDataTile, CallsAMissingTileUnavailable) {
  testing::SmallSumdb sumdb(testing::TestSigner("sum.example.com"));
  sumdb.AppendMadeUp(255);
  const auto bytes = FetchDataTile(sumdb, 0, 256);
  EXPECT_TRUE(absl::IsUnavailable(bytes.status()));
  EXPECT_THAT(std::string(bytes.status().message()), HasSubstr("tile/8/data/000"));
}

TEST(FetchDataTile, TakesNoEndlessTile) {
  testing::SmallSumdb sumdb(testing::TestSigner("sum.example.com"));
  sumdb.AppendMadeUp(256);
  sumdb.Damage([](const std::string&, absl::StatusOr<std::string>) {
    return std::string(kMaxDataTileBytes + 1, '\n');
  });
  EXPECT_TRUE(absl::IsUnavailable(FetchDataTile(sumdb, 0, 256).status()));
}

}  // namespace
}  // namespace sumlog::client
