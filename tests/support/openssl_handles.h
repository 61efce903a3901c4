// OpenSSL's objects, freed when they go.

#ifndef SUMLOG_TESTS_SUPPORT_OPENSSL_HANDLES_H_
#define SUMLOG_TESTS_SUPPORT_OPENSSL_HANDLES_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace sumlog::testing {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using TlsKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using TlsCertificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using TlsExtension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using TlsMemory = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using TlsContext = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using TlsSession = std::unique_ptr<SSL, FreeWith<SSL_free>>;

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_OPENSSL_HANDLES_H_
