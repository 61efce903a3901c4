#include "support/reference_tree.h"

#include <cstddef>

#include "absl/strings/str_cat.h"

namespace sumlog::tlog {
namespace {

// "the largest power of two smaller than n", for n > 1.
std::size_t LargestPowerOfTwoBelow(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// SUBPROOF(m, D[n], b).
std::vector<Hash> SubProof(std::size_t m, absl::Span<const Hash> d, bool b) {
  if (m == d.size()) {
    if (b) return {};
    return {ReferenceRoot(d)};
  }
  const std::size_t k = LargestPowerOfTwoBelow(d.size());
  std::vector<Hash> proof;
  if (m <= k) {
    proof = SubProof(m, d.first(k), b);
    proof.push_back(ReferenceRoot(d.subspan(k)));
  } else {
    proof = SubProof(m - k, d.subspan(k), false);
    proof.push_back(ReferenceRoot(d.first(k)));
  }
  return proof;
}

}  // namespace

std::string TestRecord(std::uint64_t index) { return absl::StrCat("record ", index); }

std::vector<Hash> TestLeaves(std::uint64_t count) {
  std::vector<Hash> leaves;
  for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(LeafHash(TestRecord(i)));
  return leaves;
}

Hash ReferenceRoot(absl::Span<const Hash> leaves) {
  if (leaves.empty()) return EmptyRoot();
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = LargestPowerOfTwoBelow(leaves.size());
  return NodeHash(ReferenceRoot(leaves.first(k)), ReferenceRoot(leaves.subspan(k)));
}

TreeHead ReferenceHead(absl::Span<const Hash> leaves) {
  return {.size = leaves.size(), .root = ReferenceRoot(leaves)};
}

std::vector<Hash> ReferenceInclusionPath(std::uint64_t index, absl::Span<const Hash> leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t k = LargestPowerOfTwoBelow(leaves.size());
  std::vector<Hash> path;
  if (index < k) {
    path = ReferenceInclusionPath(index, leaves.first(k));
    path.push_back(ReferenceRoot(leaves.subspan(k)));
  } else {
    path = ReferenceInclusionPath(index - k, leaves.subspan(k));
    path.push_back(ReferenceRoot(leaves.first(k)));
  }
  return path;
}

std::vector<Hash> ReferenceConsistencyPath(std::uint64_t old_size, absl::Span<const Hash> leaves) {
  return SubProof(old_size, leaves, true);
}

}  // namespace sumlog::tlog
