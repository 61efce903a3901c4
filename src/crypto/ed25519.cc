#include "crypto/ed25519.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

#include "base/check.h"

namespace sumlog::crypto {
namespace {

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Context = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

const unsigned char* AsBytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Any 32 bytes are a seed.
Key PrivateKey(const Ed25519Key& seed) {
  Key key(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seed.data(), seed.size()));
  CHECK(key != nullptr);
  return key;
}

}  // namespace

Ed25519Key Ed25519PublicFromSeed(const Ed25519Key& seed) {
  Ed25519Key public_key;
  std::size_t size_bytes = public_key.size();
  CHECK(EVP_PKEY_get_raw_public_key(PrivateKey(seed).get(), public_key.data(), &size_bytes) == 1);
  CHECK(size_bytes == public_key.size());
  return public_key;
}

Ed25519Signature Ed25519Sign(const Ed25519Key& seed, absl::string_view message) {
  const Key key = PrivateKey(seed);
  const Context context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  Ed25519Signature signature;
  std::size_t size_bytes = signature.size();
  CHECK(EVP_DigestSign(context.get(), signature.data(), &size_bytes, AsBytes(message),
                       message.size()) == 1);
  CHECK(size_bytes == signature.size());
  return signature;
}

bool Ed25519Verify(const Ed25519Key& public_key, absl::string_view message,
                   absl::string_view signature) {
  if (signature.size() != kEd25519SignatureSizeBytes) return false;
  const Key key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, public_key.data(),
                                               public_key.size()));
  const Context context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  const bool is_good =
      key != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), AsBytes(signature), signature.size(), AsBytes(message),
                       message.size()) == 1;
  // A refusal leaves an entry in this thread's error queue, where a later TLS call would find it.
  if (!is_good) ERR_clear_error();
  return is_good;
}

}  // namespace sumlog::crypto
