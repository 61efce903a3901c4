// Goal: what TLS would choke on later is named at once.
// Method: certificates made here with OpenSSL, and files that are nearly such.

#include "crypto/certificate.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/certificates.h"

namespace sumlog::crypto {
namespace {

using ::sumlog::testing::MakeTlsPair;
using ::sumlog::testing::TlsPair;
using ::testing::HasSubstr;

absl::Status CheckPair(const std::string& cert, const std::string& key) {
  return CheckKeyPair({.name = "cert.pem", .text = cert}, {.name = "key.pem", .text = key});
}

void ExpectInvalid(const absl::Status& status, const std::string& text) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(text));
}

TEST(CheckKeyPair, TakesAPairAndItsChain) {
  const TlsPair pair = MakeTlsPair("a");
  EXPECT_EQ(CheckPair(pair.cert_pem, pair.key_pem), absl::OkStatus());
  EXPECT_EQ(CheckPair(pair.cert_pem + MakeTlsPair("b").cert_pem, pair.key_pem), absl::OkStatus());
}

TEST(CheckKeyPair, SaysWhichFileIsWrong) {
  const TlsPair pair = MakeTlsPair("a");
  ExpectInvalid(CheckPair("", pair.key_pem), "cert.pem is not a certificate");
  ExpectInvalid(CheckPair(pair.key_pem, pair.key_pem), "cert.pem is not a certificate");
  ExpectInvalid(CheckPair(pair.cert_pem, ""), "key.pem is not an unencrypted private key");
  ExpectInvalid(CheckPair(pair.cert_pem, pair.encrypted_key_pem), "key.pem is not an unencrypted");
  ExpectInvalid(CheckPair(pair.cert_pem, MakeTlsPair("b").key_pem),
                "key.pem does not belong to the certificate cert.pem");
}

TEST(CheckAuthorities, WantsOneAtLeastAndAllOfThemGood) {
  const std::string one = MakeTlsPair("a").cert_pem;
  const auto check = [](const std::string& text) {
    return CheckAuthorities({.name = "ca.pem", .text = text});
  };
  EXPECT_EQ(check(one), absl::OkStatus());
  EXPECT_EQ(check(absl::StrCat("ours:\n", one, "theirs:\n", one)), absl::OkStatus());
  ExpectInvalid(check(""), "ca.pem is not a certificate");
  ExpectInvalid(check("nonsense"), "ca.pem is not a certificate");
  std::string damaged = one;
  damaged[damaged.size() / 2] = '!';
  ExpectInvalid(check(damaged), "ca.pem is not a certificate");
  ExpectInvalid(check(one + damaged), "number 2 of its certificates is damaged");
}

TEST(CertificateEnd, IsThatOfTheFirst) {
  const absl::Time now = absl::Now();
  const TlsPair pair = MakeTlsPair({.end = absl::Hours(5)});
  const absl::StatusOr<absl::Time> end = CertificateEnd(pair.cert_pem + MakeTlsPair("b").cert_pem);
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_GE(*end, now + absl::Hours(5) - absl::Seconds(1));
  EXPECT_LE(*end, absl::Now() + absl::Hours(5));
  ExpectInvalid(CertificateEnd("").status(), "not a certificate");
}

}  // namespace
}  // namespace sumlog::crypto
