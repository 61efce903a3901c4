#include "sumlog/tlog/hash.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "crypto/sha256.h"

namespace sumlog::tlog {

static_assert(sizeof(Hash[2]) == 2 * kHashSizeBytes, "hashes lie in memory without gaps");

Hash LeafHash(absl::string_view record) { return crypto::Sha256Leaf(record); }

Hash NodeHash(const Hash& left, const Hash& right) { return crypto::Sha256Node(left, right); }

const Hash& EmptyRoot() {
  static const Hash root = crypto::Sha256("");
  return root;
}

void LeafHashes(absl::Span<const absl::string_view> records, absl::Span<Hash> hashes) {
  crypto::Sha256Leaves(records, hashes);
}

void NodeHashes(absl::Span<const Hash> children, absl::Span<Hash> parents) {
  crypto::Sha256Nodes(children, parents);
}

std::string FormatHash(const Hash& hash) { return Base64Encode(HashesAsBytes({&hash, 1})); }

absl::StatusOr<Hash> ParseHash(absl::string_view base64) {
  std::string bytes;
  if (!Base64Decode(base64, &bytes)) {
    return absl::InvalidArgumentError("hash is not standard base64");
  }
  if (bytes.size() != kHashSizeBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("hash has ", bytes.size(), " bytes, want ", kHashSizeBytes));
  }
  Hash hash;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

absl::string_view HashesAsBytes(absl::Span<const Hash> hashes) {
  return absl::string_view(reinterpret_cast<const char*>(hashes.data()),
                           hashes.size() * kHashSizeBytes);
}

}  // namespace sumlog::tlog
