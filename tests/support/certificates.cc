#include "support/certificates.h"

#include <openssl/pem.h>
#include <openssl/rand.h>

#include <cstdint>

#include "base/check.h"

namespace sumlog::testing {
namespace {

std::string Content(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

void AddExtension(X509* cert, int nid, const std::string& value) {
  const TlsExtension extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
  CHECK(extension != nullptr && X509_add_ext(cert, extension.get(), -1) == 1);
}

std::uint64_t RandomSerial() {
  std::uint64_t serial = 0;
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1);
  return serial >> 1;
}

void WritePem(TlsPair& pair) {
  const TlsMemory cert(BIO_new(BIO_s_mem()));
  const TlsMemory key(BIO_new(BIO_s_mem()));
  const TlsMemory encrypted(BIO_new(BIO_s_mem()));
  std::string passphrase = "secret";
  CHECK(PEM_write_bio_X509(cert.get(), pair.cert.get()) == 1);
  CHECK(PEM_write_bio_PrivateKey(key.get(), pair.key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) == 1);
  CHECK(PEM_write_bio_PrivateKey(encrypted.get(), pair.key.get(), EVP_aes_256_cbc(), nullptr, 0,
                                 nullptr, passphrase.data()) == 1);
  pair.cert_pem = Content(cert.get());
  pair.key_pem = Content(key.get());
  pair.encrypted_key_pem = Content(encrypted.get());
}

TlsPair Make(const CertificateOptions& options, const TlsPair* issuer, bool is_authority) {
  TlsPair pair{.cert = TlsCertificate(X509_new()),
               .key = TlsKey(EVP_EC_gen("P-256")),
               .cert_pem = "",
               .key_pem = "",
               .encrypted_key_pem = ""};
  X509* const cert = pair.cert.get();
  X509_set_version(cert, 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), RandomSerial());
  X509_gmtime_adj(X509_getm_notBefore(cert), absl::ToInt64Seconds(options.begin));
  X509_gmtime_adj(X509_getm_notAfter(cert), absl::ToInt64Seconds(options.end));
  X509_set_pubkey(cert, pair.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(options.common_name.c_str()),
                             -1, -1, 0);
  X509_set_issuer_name(cert, X509_get_subject_name(issuer == nullptr ? cert : issuer->cert.get()));
  if (!options.names.empty()) AddExtension(cert, NID_subject_alt_name, options.names);
  if (!options.usage.empty()) AddExtension(cert, NID_ext_key_usage, options.usage);
  if (is_authority) AddExtension(cert, NID_basic_constraints, "critical,CA:TRUE");
  CHECK(X509_sign(cert, issuer == nullptr ? pair.key.get() : issuer->key.get(), EVP_sha256()) > 0);
  WritePem(pair);
  return pair;
}

}  // namespace

TlsPair MakeTlsPair(const CertificateOptions& options, const TlsPair* issuer) {
  return Make(options, issuer, /*is_authority=*/false);
}

TlsPair MakeAuthority(const std::string& common_name) {
  return Make({.common_name = common_name, .names = ""}, nullptr, /*is_authority=*/true);
}

}  // namespace sumlog::testing
