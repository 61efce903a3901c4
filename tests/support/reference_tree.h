// The Merkle tree as the RFC defines it, slowly: what the real one is compared with.
//
// Every function is the recursive definition of RFC 6962 and nothing else: no tiles, no bit tricks,
// no sharing of work. Cost: linear in the number of records, or worse.

#ifndef SUMLOG_TESTS_SUPPORT_REFERENCE_TREE_H_
#define SUMLOG_TESTS_SUPPORT_REFERENCE_TREE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::tlog {

// "record <index>": the records of test trees.
std::string TestRecord(std::uint64_t index);

// The leaf hashes of test records [0, count).
std::vector<Hash> TestLeaves(std::uint64_t count);

// Section 2.1: MTH, of leaf hashes. EmptyRoot() for none.
Hash ReferenceRoot(absl::Span<const Hash> leaves);

// The head of a tree over `leaves`.
TreeHead ReferenceHead(absl::Span<const Hash> leaves);

// Section 2.1.1: PATH(index, leaves), leaf-most hash first. Requires index < leaves.size().
std::vector<Hash> ReferenceInclusionPath(std::uint64_t index, absl::Span<const Hash> leaves);

// Section 2.1.2: PROOF(old_size, leaves). Requires 0 < old_size <= leaves.size().
std::vector<Hash> ReferenceConsistencyPath(std::uint64_t old_size, absl::Span<const Hash> leaves);

}  // namespace sumlog::tlog

#endif  // SUMLOG_TESTS_SUPPORT_REFERENCE_TREE_H_
