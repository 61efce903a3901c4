// Certificates for tests, made with OpenSSL: self-signed, for 127.0.0.1, good for an hour.

#ifndef SUMLOG_TESTS_RPC_TLS_PAIR_H_
#define SUMLOG_TESTS_RPC_TLS_PAIR_H_

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace sumlog::rpc {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

inline std::string Content(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

struct Pair {
  std::string cert_pem;
  std::string key_pem;
  std::string encrypted_key_pem;
};

// A self-signed certificate for 127.0.0.1.
inline Pair MakePair(const std::string& name) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate cert(X509_new());
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
  X509_set_pubkey(cert.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(cert.get(), subject);
  const Extension names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"));
  X509_add_ext(cert.get(), names.get(), -1);
  X509_sign(cert.get(), key.get(), EVP_sha256());

  const Memory cert_memory(BIO_new(BIO_s_mem()));
  const Memory key_memory(BIO_new(BIO_s_mem()));
  const Memory encrypted_memory(BIO_new(BIO_s_mem()));
  std::string passphrase = "secret";
  PEM_write_bio_X509(cert_memory.get(), cert.get());
  PEM_write_bio_PrivateKey(key_memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PrivateKey(encrypted_memory.get(), key.get(), EVP_aes_256_cbc(), nullptr, 0,
                           nullptr, passphrase.data());
  return {Content(cert_memory.get()), Content(key_memory.get()), Content(encrypted_memory.get())};
}

}  // namespace sumlog::rpc

#endif  // SUMLOG_TESTS_RPC_TLS_PAIR_H_
