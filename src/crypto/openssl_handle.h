// OpenSSL's objects, freed when they go. Private to this room, and to tests that make certificates.

#ifndef SUMLOG_CRYPTO_OPENSSL_HANDLE_H_
#define SUMLOG_CRYPTO_OPENSSL_HANDLE_H_

#include <memory>

namespace sumlog::crypto {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

// Owns a T that the function `Free` frees: OpenSslHandle<X509, X509_free>.
template <typename T, auto Free>
using OpenSslHandle = std::unique_ptr<T, FreeWith<Free>>;

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_OPENSSL_HANDLE_H_
