// Erasing secrets from memory in a way that the compiler may not optimise away.
//
// Safe from any thread for memory that no other thread touches.

#ifndef SUMLOG_CRYPTO_WIPE_H_
#define SUMLOG_CRYPTO_WIPE_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"

namespace sumlog::crypto {

// Overwrites the bytes with zeros.
void Wipe(absl::Span<std::uint8_t> secret);

// Overwrites the characters with zeros, then makes the string empty. Copies that the string left
// behind when it grew are out of reach: reserve() before writing a secret.
void Wipe(std::string* secret);

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_WIPE_H_
