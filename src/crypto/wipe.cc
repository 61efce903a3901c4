#include "crypto/wipe.h"

#include <openssl/crypto.h>

namespace sumlog::crypto {

void Wipe(absl::Span<std::uint8_t> secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

void Wipe(std::string* secret) {
  OPENSSL_cleanse(secret->data(), secret->size());
  secret->clear();
}

}  // namespace sumlog::crypto
