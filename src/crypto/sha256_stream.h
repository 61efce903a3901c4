// SHA-256 of bytes that come in pieces: files that are larger than a buffer.
//
// Owned by one thread. Spec: FIPS 180-4.

#ifndef SUMLOG_CRYPTO_SHA256_STREAM_H_
#define SUMLOG_CRYPTO_SHA256_STREAM_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "crypto/sha256.h"

namespace sumlog::crypto {

class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();

  // Goes on with the message.
  void Add(absl::string_view piece);

  // SHA-256 of all pieces since the beginning or the last Finish; then begins a new message.
  Digest Finish();

 private:
  struct Context;
  const std::unique_ptr<Context> context_;
};

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_SHA256_STREAM_H_
