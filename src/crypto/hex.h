// A digest as people and file formats write it.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CRYPTO_HEX_H_
#define SUMLOG_CRYPTO_HEX_H_

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "crypto/sha256.h"

namespace sumlog::crypto {

// 64 lower-case hexadecimal digits.
inline std::string HexOf(const Digest& digest) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_HEX_H_
