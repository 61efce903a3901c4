#include "base/check.h"
#include "sumlog/tlog/node_reader.h"

namespace sumlog::tlog {

TileNodes::TileNodes(absl::Span<const Hash> hashes)
    : width_(static_cast<std::uint32_t>(hashes.size())), first_{} {
  CHECK(!hashes.empty() && hashes.size() <= kFullTileWidth);
  std::size_t count = 0;
  for (unsigned height = 0; height <= kTileHeight; ++height) {
    first_[height] = count;
    count += hashes.size() >> height;
  }
  nodes_.reserve(count);
  nodes_.assign(hashes.begin(), hashes.end());
  nodes_.resize(count);
  const absl::Span<Hash> all = absl::MakeSpan(nodes_);
  for (unsigned height = 1; height <= kTileHeight; ++height) {
    const std::size_t parents = hashes.size() >> height;
    NodeHashes(all.subspan(first_[height - 1], 2 * parents), all.subspan(first_[height], parents));
  }
}

const Hash& TileNodes::Node(unsigned height, std::size_t position) const {
  CHECK(height <= kTileHeight && position < (width_ >> height));
  return nodes_[first_[height] + position];
}

}  // namespace sumlog::tlog
