// Hashes of a Merkle tree of records.
//
// Pure: no I/O, no locks, no clock. Safe from any thread.
// Spec: RFC 6962 section 2.1 (leaf prefix 0x00, node prefix 0x01).

#ifndef SUMLOG_TLOG_HASH_H_
#define SUMLOG_TLOG_HASH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sumlog::tlog {

inline constexpr std::size_t kHashSizeBytes = 32;

// A SHA-256 value. An array of Hash has no padding: n hashes are 32·n bytes in a row.
using Hash = std::array<std::uint8_t, kHashSizeBytes>;

// SHA-256(0x00 ‖ record).
Hash LeafHash(absl::string_view record);

// SHA-256(0x01 ‖ left ‖ right).
Hash NodeHash(const Hash& left, const Hash& right);

// The root of the tree without records: SHA-256 of nothing.
const Hash& EmptyRoot();

// LeafHash of each record, faster than one by one. `hashes` has the length of `records`.
void LeafHashes(absl::Span<const absl::string_view> records, absl::Span<Hash> hashes);

// NodeHash of each pair (children[2i], children[2i+1]), faster than one by one.
// `children` is twice as long as `parents`; they may be the same memory (parents = its first half).
void NodeHashes(absl::Span<const Hash> children, absl::Span<Hash> parents);

// Standard base64 (RFC 4648 section 4) of the 32 bytes: 44 characters.
std::string FormatHash(const Hash& hash);

// The inverse of FormatHash; any other text is kInvalidArgument.
absl::StatusOr<Hash> ParseHash(absl::string_view base64);

// The 32·n bytes of `hashes`; the view lives as long as they do.
absl::string_view HashesAsBytes(absl::Span<const Hash> hashes);

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_HASH_H_
