// SHA-256 by OpenSSL. An implicit fetch of the digest would cost more than hashing a node, and so
// would a new context for every message: the digest is fetched once, the context kept per thread.

#include <openssl/evp.h>

#include <memory>

#include "base/check.h"
#include "crypto/sha256_kernel.h"

namespace sumlog::crypto {
namespace {

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void HashOne(const PrefixedMessage& message, Digest* digest) {
  // Never freed: hashing must work for as long as any thread runs.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context(EVP_MD_CTX_new());
  // Nothing from outside can make these fail; a library without SHA-256 leaves nothing to do.
  CHECK(algorithm != nullptr && context != nullptr);
  CHECK(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
  CHECK(EVP_DigestUpdate(context.get(), message.prefix.data(), message.prefix.size()) == 1);
  CHECK(EVP_DigestUpdate(context.get(), message.bytes.data(), message.bytes.size()) == 1);
  CHECK(EVP_DigestFinal_ex(context.get(), digest->data(), nullptr) == 1);
}

void HashTwo(const PrefixedMessage& first, const PrefixedMessage& second, Digest* first_digest,
             Digest* second_digest) {
  Digest first_result;  // `second` may lie where `first_digest` points
  HashOne(first, &first_result);
  HashOne(second, second_digest);
  *first_digest = first_result;
}

}  // namespace

const Sha256Kernel& OpenSslKernel() {
  static constexpr Sha256Kernel kKernel = {
      .name = "openssl", .hash_one = HashOne, .hash_two = HashTwo};
  return kKernel;
}

}  // namespace sumlog::crypto
