// Goal: base64 is the one of RFC 4648, and every value has one spelling.
// Method: the vectors of the RFC, a round trip over all lengths, then each way in which lenient
// decoders accept a second spelling.

#include "base/base64.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sumlog {
namespace {

bool Decodes(absl::string_view text) {
  std::string bytes = "left over";
  const bool ok = Base64Decode(text, &bytes);
  EXPECT_TRUE(ok || bytes.empty()) << "a refused text must leave nothing behind";
  return ok;
}

TEST(Base64, AgreesWithTheVectorsOfTheRfc) {
  const struct {
    absl::string_view bytes, text;
  } vectors[] = {{"", ""},
                 {"f", "Zg=="},
                 {"fo", "Zm8="},
                 {"foo", "Zm9v"},
                 {"foob", "Zm9vYg=="},
                 {"fooba", "Zm9vYmE="},
                 {"foobar", "Zm9vYmFy"}};
  for (const auto& vector : vectors) {
    EXPECT_EQ(Base64Encode(vector.bytes), vector.text);
    std::string bytes;
    EXPECT_TRUE(Base64Decode(vector.text, &bytes));
    EXPECT_EQ(bytes, vector.bytes);
  }
}

TEST(Base64, RoundTripsEveryLengthAndByte) {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    std::string decoded;
    ASSERT_TRUE(Base64Decode(Base64Encode(bytes), &decoded));
    ASSERT_EQ(decoded, bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST(Base64, UsesTheStandardAlphabet) {
  EXPECT_EQ(Base64Encode("\xfb\xff\xfe"), "+//+");
  EXPECT_FALSE(Decodes("-__-"));
}

TEST(Base64, RefusesBitsBeyondTheLastByte) {
  EXPECT_TRUE(Decodes("Zg=="));
  EXPECT_FALSE(Decodes("Zh=="));
  EXPECT_FALSE(Decodes("Zv=="));
  EXPECT_TRUE(Decodes("Zm8="));
  EXPECT_FALSE(Decodes("Zm9="));
}

TEST(Base64, RefusesWrongPadding) {
  for (const absl::string_view text : {"Zg", "Zg=", "Zg===", "Zm8", "Zm8==", "Zm9v=", "Zm9v====",
                                       "=", "==", "====", "A===", "=AAA", "Zg==Zg==", "Zm8=Zm8="}) {
    EXPECT_FALSE(Decodes(text)) << text;
  }
}

TEST(Base64, RefusesEveryByteOutsideTheAlphabet) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t position = 0; position < 4; ++position) {
      std::string text = "AAAA";
      text[position] = static_cast<char>(byte);
      const bool is_padding = byte == '=' && position == 3;
      const bool is_letter = alphabet.find(static_cast<char>(byte)) != std::string::npos;
      EXPECT_EQ(Decodes(text), is_letter || is_padding) << byte << " at " << position;
    }
  }
}

TEST(Base64, RefusesWhiteSpace) {
  for (const absl::string_view text :
       {"Zm9v\n", "Zm9v\r\n", " Zm9v", "Zm9v    ", "Zm\n9v", "\n\n\n\n"}) {
    EXPECT_FALSE(Decodes(text));
  }
}

}  // namespace
}  // namespace sumlog
