// SHA-256, and the two forms of it that a Merkle tree is made of.
//
// Batches exist because a log spends most of its time here: two messages at once cost little more
// than one (see README.md for figures).
//
// Pure; safe from any thread. Spec: FIPS 180-4; RFC 6962 section 2.1 for leaf and node.

#ifndef SUMLOG_CRYPTO_SHA256_H_
#define SUMLOG_CRYPTO_SHA256_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sumlog::crypto {

using Digest = std::array<std::uint8_t, 32>;

// SHA-256(bytes).
Digest Sha256(absl::string_view bytes);

// SHA-256(0x00 ‖ record).
Digest Sha256Leaf(absl::string_view record);

// SHA-256(0x01 ‖ left ‖ right).
Digest Sha256Node(const Digest& left, const Digest& right);

// Sha256Leaf of each record. `digests` has the length of `records`.
void Sha256Leaves(absl::Span<const absl::string_view> records, absl::Span<Digest> digests);

// Sha256Node of each pair (children[2i], children[2i+1]). `children` is twice as long as `parents`;
// `parents` may be the first half of `children`, and may not overlap it in any other way.
void Sha256Nodes(absl::Span<const Digest> children, absl::Span<Digest> parents);

}  // namespace sumlog::crypto

#endif  // SUMLOG_CRYPTO_SHA256_H_
