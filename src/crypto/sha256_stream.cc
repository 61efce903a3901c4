#include "crypto/sha256_stream.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace sumlog::crypto {

struct Sha256Stream::Context {
  Context() { Begin(); }
  ~Context() { EVP_MD_CTX_free(md); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Nothing from outside can make the calls on `md` fail.
  void Begin() { CHECK(md != nullptr && EVP_DigestInit_ex(md, EVP_sha256(), nullptr) == 1); }

  EVP_MD_CTX* const md = EVP_MD_CTX_new();
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {}
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Add(absl::string_view piece) {
  CHECK(EVP_DigestUpdate(context_->md, piece.data(), piece.size()) == 1);
}

Digest Sha256Stream::Finish() {
  Digest digest;
  CHECK(EVP_DigestFinal_ex(context_->md, digest.data(), nullptr) == 1);
  context_->Begin();
  return digest;
}

}  // namespace sumlog::crypto
