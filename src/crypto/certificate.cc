#include "crypto/certificate.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>

#include "absl/strings/str_cat.h"
#include "crypto/openssl_handle.h"

namespace sumlog::crypto {
namespace {

using Memory = OpenSslHandle<BIO, BIO_free_all>;
using Certificate = OpenSslHandle<X509, X509_free>;
using Key = OpenSslHandle<EVP_PKEY, EVP_PKEY_free>;

// What OpenSSL notes of a failure here is nobody else's.
class OwnErrors {
 public:
  OwnErrors() = default;
  ~OwnErrors() { ERR_clear_error(); }
  OwnErrors(const OwnErrors&) = delete;
  OwnErrors& operator=(const OwnErrors&) = delete;
};

// A program asks nobody for a passphrase: an encrypted key is refused.
int NoPassphrase(char*, int, int, void*) { return 0; }

Memory Reader(absl::string_view text) {
  return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate NextCertificate(BIO* reader) {
  return Certificate(PEM_read_bio_X509(reader, nullptr, NoPassphrase, nullptr));
}

absl::Status NoCertificate(absl::string_view name) {
  return absl::InvalidArgumentError(absl::StrCat(name, " is not a certificate in PEM form"));
}

}  // namespace

absl::Status CheckKeyPair(const PemFile& cert, const PemFile& key) {
  const OwnErrors own_errors;
  const Certificate certificate = NextCertificate(Reader(cert.text).get());
  if (certificate == nullptr) return NoCertificate(cert.name);
  const Key private_key(
      PEM_read_bio_PrivateKey(Reader(key.text).get(), nullptr, NoPassphrase, nullptr));
  if (private_key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(key.name, " is not an unencrypted private key in PEM form"));
  }
  if (X509_check_private_key(certificate.get(), private_key.get()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the private key ", key.name, " does not belong to the certificate ", cert.name));
  }
  return absl::OkStatus();
}

absl::Status CheckAuthorities(const PemFile& file) {
  const OwnErrors own_errors;
  const Memory reader = Reader(file.text);
  int count = 0;
  while (NextCertificate(reader.get()) != nullptr) ++count;
  // The reader also stops before what looks like PEM and is none.
  const bool is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (count == 0) return NoCertificate(file.name);
  if (is_at_end) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(file.name, ": number ", count + 1, " of its certificates is damaged"));
}

absl::StatusOr<absl::Time> CertificateEnd(absl::string_view pem) {
  const OwnErrors own_errors;
  const Certificate certificate = NextCertificate(Reader(pem).get());
  std::tm end = {};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) {
    return absl::InvalidArgumentError("not a certificate in PEM form");
  }
  return absl::FromTM(end, absl::UTCTimeZone());
}

}  // namespace sumlog::crypto
