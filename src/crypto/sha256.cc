#include "crypto/sha256.h"

#include <cstddef>

#include "base/check.h"
#include "crypto/sha256_kernel.h"

namespace sumlog::crypto {
namespace {

constexpr absl::string_view kLeafPrefix("\x00", 1);
constexpr absl::string_view kNodePrefix("\x01", 1);

const Sha256Kernel& Kernel() {
  static const Sha256Kernel& kernel = ShaNiKernel() != nullptr ? *ShaNiKernel() : OpenSslKernel();
  return kernel;
}

absl::string_view AsBytes(const Digest* digests, std::size_t count) {
  return absl::string_view(reinterpret_cast<const char*>(digests), count * sizeof(Digest));
}

PrefixedMessage LeafMessage(absl::string_view record) {
  return {.prefix = kLeafPrefix, .bytes = record};
}

// `children` points to two digests.
PrefixedMessage NodeMessage(const Digest* children) {
  return {.prefix = kNodePrefix, .bytes = AsBytes(children, 2)};
}

}  // namespace

Digest Sha256(absl::string_view bytes) {
  Digest digest;
  Kernel().hash_one({.prefix = {}, .bytes = bytes}, &digest);
  return digest;
}

Digest Sha256Leaf(absl::string_view record) {
  Digest digest;
  Kernel().hash_one(LeafMessage(record), &digest);
  return digest;
}

Digest Sha256Node(const Digest& left, const Digest& right) {
  const Digest children[2] = {left, right};
  Digest digest;
  Kernel().hash_one(NodeMessage(children), &digest);
  return digest;
}

void Sha256Leaves(absl::Span<const absl::string_view> records, absl::Span<Digest> digests) {
  CHECK(records.size() == digests.size());
  std::size_t i = 0;
  for (; i + 2 <= records.size(); i += 2) {
    Kernel().hash_two(LeafMessage(records[i]), LeafMessage(records[i + 1]), &digests[i],
                      &digests[i + 1]);
  }
  if (i < records.size()) Kernel().hash_one(LeafMessage(records[i]), &digests[i]);
}

void Sha256Nodes(absl::Span<const Digest> children, absl::Span<Digest> parents) {
  CHECK(children.size() == 2 * parents.size());
  // Invariant: parents [0, i) are written, children [2i, end) are intact even in place.
  std::size_t i = 0;
  for (; i + 2 <= parents.size(); i += 2) {
    Kernel().hash_two(NodeMessage(&children[2 * i]), NodeMessage(&children[2 * i + 2]), &parents[i],
                      &parents[i + 1]);
  }
  if (i < parents.size()) Kernel().hash_one(NodeMessage(&children[2 * i]), &parents[i]);
}

}  // namespace sumlog::crypto
