// OpenSSL's objects, freed when they go.

#ifndef SUMLOG_TESTS_SUPPORT_OPENSSL_HANDLES_H_
#define SUMLOG_TESTS_SUPPORT_OPENSSL_HANDLES_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/openssl_handle.h"

namespace sumlog::testing {

using TlsKey = crypto::OpenSslHandle<EVP_PKEY, EVP_PKEY_free>;
using TlsCertificate = crypto::OpenSslHandle<X509, X509_free>;
using TlsExtension = crypto::OpenSslHandle<X509_EXTENSION, X509_EXTENSION_free>;
using TlsMemory = crypto::OpenSslHandle<BIO, BIO_free_all>;
using TlsContext = crypto::OpenSslHandle<SSL_CTX, SSL_CTX_free>;
using TlsSession = crypto::OpenSslHandle<SSL, SSL_free>;

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_OPENSSL_HANDLES_H_
