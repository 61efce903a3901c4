// Ed25519 signatures.
//
// Pure; safe from any thread. Spec: RFC 8032 section 5.1 (plain Ed25519, no context, no prehash).

#ifndef SUMLOG_CRYPTO_ED25519_H_
#define SUMLOG_CRYPTO_ED25519_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace sumlog::crypto {

inline constexpr std::size_t kEd25519SignatureSizeBytes = 64;

using Ed25519Key = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, kEd25519SignatureSizeBytes>;

// The public key that belongs to a private one (RFC 8032 calls the 32 bytes the private key, Go the
// seed).
Ed25519Key Ed25519PublicFromSeed(const Ed25519Key& seed);

// Deterministic: the same seed and message give the same signature.
Ed25519Signature Ed25519Sign(const Ed25519Key& seed, absl::string_view message);

// Whether `signature` is by the owner of `public_key` over `message`. Any input may come from an
// attacker: a key that is no curve point or a signature of another length than 64 bytes is false.
[[nodiscard]] bool Ed25519Verify(const Ed25519Key& public_key, absl::string_view message,
                                 absl::string_view signature);

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_ED25519_H_
