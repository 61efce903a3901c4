// Certificates for tests, made with OpenSSL: self-signed, or signed by an authority of the test.
//
// Safe from any thread.

#ifndef SUMLOG_TESTS_SUPPORT_CERTIFICATES_H_
#define SUMLOG_TESTS_SUPPORT_CERTIFICATES_H_

#include <string>

#include "absl/time/time.h"
#include "support/openssl_handles.h"

namespace sumlog::testing {

struct CertificateOptions {
  std::string common_name = "test";
  std::string names = "IP:127.0.0.1";  // OpenSSL's form: "DNS:a.example,URI:spiffe://b,email:c@d"
  std::string usage = "";              // of the key, as "clientAuth"; empty: any
  // From now.
  absl::Duration begin = -absl::Hours(1);
  absl::Duration end = absl::Hours(1);
};

// A certificate and its private key.
struct TlsPair {
  TlsCertificate cert;
  TlsKey key;
  std::string cert_pem;
  std::string key_pem;
  std::string encrypted_key_pem;
};

// Signed by `issuer`, or by itself without one.
TlsPair MakeTlsPair(const CertificateOptions& options, const TlsPair* issuer = nullptr);

// Self-signed, for 127.0.0.1, good for an hour.
inline TlsPair MakeTlsPair(const std::string& common_name) {
  return MakeTlsPair(CertificateOptions{.common_name = common_name});
}

// A self-signed authority that may sign others.
TlsPair MakeAuthority(const std::string& common_name);

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_CERTIFICATES_H_
