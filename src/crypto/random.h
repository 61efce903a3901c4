// Unpredictable bytes, for keys and tokens.
//
// Safe from any thread.

#ifndef SUMLOG_CRYPTO_RANDOM_H_
#define SUMLOG_CRYPTO_RANDOM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace sumlog::crypto {

// `count` bytes, at most 1 MiB, of the operating system's randomness by way of OpenSSL's generator.
// kUnavailable when there is none, or kInvalidArgument for a count above the bound; never weaker
// bytes instead.
absl::StatusOr<std::string> RandomBytes(std::size_t count);

// The seed of a new signing key (tlog::Signer::FromSeed). Wipe it after use. kUnavailable as above.
absl::StatusOr<std::array<std::uint8_t, 32>> RandomSeed();

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_RANDOM_H_
