// Goal: EqualInConstantTime says what == says. Its timing is OpenSSL's promise.

#include "crypto/constant_time.h"

#include "gtest/gtest.h"

namespace sumlog::crypto {
namespace {

TEST(EqualInConstantTime, FindsAnyFlippedBit) {
  const Digest digest = Sha256("secret");
  EXPECT_TRUE(EqualInConstantTime(digest, Sha256("secret")));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    Digest other = digest;
    other[i] ^= 0x80;
    EXPECT_FALSE(EqualInConstantTime(digest, other)) << "byte " << i;
  }
}

}  // namespace
}  // namespace sumlog::crypto
