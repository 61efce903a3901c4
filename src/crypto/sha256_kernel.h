// The engines behind sha256.h: the same function, by different means.
//
// Private to the room and its tests. Safe from any thread.

#ifndef SUMLOG_CRYPTO_SHA256_KERNEL_H_
#define SUMLOG_CRYPTO_SHA256_KERNEL_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "crypto/sha256.h"

namespace sumlog::crypto {

// What is hashed: the prefix (0 bytes or 1), then the bytes.
struct PrefixedMessage {
  absl::string_view prefix;
  absl::string_view bytes;
};

// One engine. Outputs may overlap inputs: they are written when all input has been read.
struct Sha256Kernel {
  absl::string_view name;
  void (*hash_one)(const PrefixedMessage& message, Digest* digest);
  void (*hash_two)(const PrefixedMessage& first, const PrefixedMessage& second,
                   Digest* first_digest, Digest* second_digest);
};

// OpenSSL: works everywhere.
const Sha256Kernel& OpenSslKernel();

// The SHA instructions of x86, two messages interleaved. Null where the processor lacks them.
const Sha256Kernel* ShaNiKernel();

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_SHA256_KERNEL_H_
