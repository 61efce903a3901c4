// Comparing secrets without telling by the time it takes how much of a guess was right.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CRYPTO_CONSTANT_TIME_H_
#define SUMLOG_CRYPTO_CONSTANT_TIME_H_

#include "crypto/sha256.h"

namespace sumlog::crypto {

// Whether the two are equal. Takes the same time whatever their bytes are.
bool EqualInConstantTime(const Digest& a, const Digest& b);

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_CONSTANT_TIME_H_
