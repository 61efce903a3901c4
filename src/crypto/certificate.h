// Certificates and keys in PEM form, as far as TLS needs them judged before it uses them.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CRYPTO_CERTIFICATE_H_
#define SUMLOG_CRYPTO_CERTIFICATE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sumlog::crypto {

// Of a PEM file: a long chain is some tens of KiB.
inline constexpr std::size_t kMaxPemBytes = std::size_t{1} << 20;

// The text of a file, and its name for messages.
struct PemFile {
  std::string name;
  std::string text;
};

// Whether these are a certificate (its chain may follow) and the unencrypted private key to it.
// kInvalidArgument says which is not.
absl::Status CheckKeyPair(const PemFile& cert, const PemFile& key);

// Whether `file` holds certificates, one at least. kInvalidArgument says which is none.
absl::Status CheckAuthorities(const PemFile& file);

// When the first certificate in `pem` ends. kInvalidArgument: there is none.
// Cost: some 20 microseconds.
absl::StatusOr<absl::Time> CertificateEnd(absl::string_view pem);

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_CERTIFICATE_H_
