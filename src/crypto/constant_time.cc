#include "crypto/constant_time.h"

#include <openssl/crypto.h>

namespace sumlog::crypto {

bool EqualInConstantTime(const Digest& a, const Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sumlog::crypto
