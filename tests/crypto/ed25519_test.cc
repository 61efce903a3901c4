// Goal: Ed25519 is that of RFC 8032, and anything next to a true signature is refused.
// Method: the vectors of RFC 8032 section 7.1; then every bit of key, message and signature
// flipped.

#include "crypto/ed25519.h"

#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace sumlog::crypto {
namespace {

struct Vector {
  absl::string_view seed, public_key, message, signature;
};

// TEST 1, 2 and 3 of RFC 8032 section 7.1, and TEST SHA(abc).
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "b"
     "bd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e"
     "0"
     "303dca179c138ac17ad9bef1177331a704"},
};

Ed25519Key KeyFromHex(absl::string_view hex) {
  const std::string bytes = absl::HexStringToBytes(hex);
  Ed25519Key key = {};
  EXPECT_EQ(bytes.size(), key.size());
  std::copy_n(bytes.begin(), key.size(), key.begin());
  return key;
}

TEST(Ed25519, AgreesWithTheVectorsOfTheRfc) {
  for (const Vector& vector : kVectors) {
    const Ed25519Key seed = KeyFromHex(vector.seed);
    const std::string message = absl::HexStringToBytes(vector.message);
    EXPECT_EQ(Ed25519PublicFromSeed(seed), KeyFromHex(vector.public_key));
    const Ed25519Signature signature = Ed25519Sign(seed, message);
    EXPECT_EQ(std::string(signature.begin(), signature.end()),
              absl::HexStringToBytes(vector.signature));
    EXPECT_TRUE(Ed25519Verify(KeyFromHex(vector.public_key), message,
                              absl::HexStringToBytes(vector.signature)));
  }
}

TEST(Ed25519, RefusesEveryFlippedBit) {
  const Ed25519Key key = KeyFromHex(kVectors[2].public_key);
  const std::string message = absl::HexStringToBytes(kVectors[2].message);
  const std::string signature = absl::HexStringToBytes(kVectors[2].signature);
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    const auto mask = static_cast<unsigned char>(1u << bit % 8);
    std::string bad_signature = signature;
    bad_signature[bit / 8] = static_cast<char>(bad_signature[bit / 8] ^ mask);
    EXPECT_FALSE(Ed25519Verify(key, message, bad_signature)) << bit;
    if (bit < 8 * message.size()) {
      std::string bad_message = message;
      bad_message[bit / 8] = static_cast<char>(bad_message[bit / 8] ^ mask);
      EXPECT_FALSE(Ed25519Verify(key, bad_message, signature)) << bit;
    }
    if (bit < 8 * key.size()) {
      Ed25519Key bad_key = key;
      bad_key[bit / 8] = static_cast<std::uint8_t>(bad_key[bit / 8] ^ mask);
      EXPECT_FALSE(Ed25519Verify(bad_key, message, signature)) << bit;
    }
  }
}

TEST(Ed25519, RefusesASignatureOfAnotherLength) {
  const Ed25519Key key = KeyFromHex(kVectors[0].public_key);
  const std::string signature = absl::HexStringToBytes(kVectors[0].signature);
  EXPECT_FALSE(Ed25519Verify(key, "", ""));
  EXPECT_FALSE(Ed25519Verify(key, "", signature.substr(1)));
  EXPECT_FALSE(Ed25519Verify(key, "", signature.substr(0, 63)));
  EXPECT_FALSE(Ed25519Verify(key, "", signature + '\0'));
}

// A second value for the same signature: S + L, which a careless verifier accepts.
TEST(Ed25519, RefusesTheMalleatedSignature) {
  constexpr std::uint8_t kGroupOrder[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                            0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                            0,    0,    0,    0,    0,    0,    0,    0,
                                            0,    0,    0,    0,    0,    0,    0,    0x10};
  std::string signature = absl::HexStringToBytes(kVectors[1].signature);
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned sum = static_cast<unsigned char>(signature[32 + i]) + kGroupOrder[i] + carry;
    signature[32 + i] = static_cast<char>(sum & 0xff);
    carry = sum >> 8;
  }
  EXPECT_FALSE(Ed25519Verify(KeyFromHex(kVectors[1].public_key),
                             absl::HexStringToBytes(kVectors[1].message), signature));
}

TEST(Ed25519, RefusesAKeyThatIsNoCurvePoint) {
  Ed25519Key key = {};
  key[0] = 2;  // no x fits y = 2
  EXPECT_FALSE(Ed25519Verify(key, "", absl::HexStringToBytes(kVectors[0].signature)));
}

}  // namespace
}  // namespace sumlog::crypto
