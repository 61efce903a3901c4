// Goal: TileNodes holds exactly the nodes above a tile's hashes, and proofs made from nodes are
// those of RFC 6962.
// Method: tiles of every width, and trees of sizes around tile boundaries, are compared with the
// recursive definition; a NodeReader straight from that definition feeds the proofs.

#include "sumlog/tlog/node_reader.h"

#include <vector>

#include "gtest/gtest.h"
#include "support/reference_tree.h"

namespace sumlog::tlog {
namespace {

// Nodes by the recursive definition.
class ReferenceNodes final : public NodeReader {
 public:
  explicit ReferenceNodes(absl::Span<const Hash> leaves) : leaves_(leaves) {}

  absl::Status ReadNodes(absl::Span<const NodeId> nodes, absl::Span<Hash> hashes) override {
    if (!failure.ok()) return failure;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const std::size_t width = std::size_t{1} << nodes[i].height;
      hashes[i] = ReferenceRoot(leaves_.subspan(nodes[i].index * width, width));
    }
    return absl::OkStatus();
  }

  absl::Status failure;

 private:
  const absl::Span<const Hash> leaves_;
};

TEST(TileNodes, HoldsEveryNodeOfATileOfAnyWidth) {
  const std::vector<Hash> all = TestLeaves(kFullTileWidth);
  for (std::size_t width = 1; width <= kFullTileWidth; ++width) {
    const TileNodes nodes(absl::MakeConstSpan(all).first(width));
    ASSERT_EQ(nodes.width(), width);
    if (width % 16 > 1 && width < 250) continue;  // the widest and the boundaries suffice
    for (unsigned height = 0; height <= kTileHeight; ++height) {
      for (std::size_t position = 0; position < width >> height; ++position) {
        const auto under = absl::MakeConstSpan(all).subspan(position << height, 1u << height);
        ASSERT_EQ(nodes.Node(height, position), ReferenceRoot(under)) << width << " " << height;
      }
    }
  }
}

TEST(TileNodesDeathTest, HasNoNodeThatItDoesNotMakeUpAlone) {
  const TileNodes nodes(TestLeaves(5));
  EXPECT_DEATH(nodes.Node(0, 5), "CHECK failed");
  EXPECT_DEATH(nodes.Node(2, 1), "CHECK failed");
  EXPECT_DEATH(nodes.Node(9, 0), "CHECK failed");
  EXPECT_DEATH(TileNodes({}), "CHECK failed");
}

TEST(NodeReader, FeedsTrueProofs) {
  const std::vector<Hash> all = TestLeaves(600);
  ReferenceNodes nodes(all);
  for (const std::uint64_t size : {1u, 2u, 3u, 255u, 256u, 257u, 511u, 512u, 513u, 600u}) {
    const auto leaves = absl::MakeConstSpan(all).first(size);
    EXPECT_EQ(*RootFromNodes(size, nodes), ReferenceRoot(leaves));
    for (std::uint64_t i = 0; i < size; i += 1 + size / 7) {
      EXPECT_EQ(*ProveInclusion({.index = i, .tree_size = size}, nodes),
                ReferenceInclusionPath(i, leaves));
      EXPECT_EQ(*ProveConsistency({.old_size = i + 1, .new_size = size}, nodes),
                ReferenceConsistencyPath(i + 1, leaves));
    }
  }
  EXPECT_EQ(*RootFromNodes(0, nodes), EmptyRoot());
}

TEST(NodeReader, MakesNoProofOfNonsenseOrOfWhatCannotBeRead) {
  const std::vector<Hash> all = TestLeaves(10);
  ReferenceNodes nodes(all);
  EXPECT_EQ(ProveInclusion({.index = 10, .tree_size = 10}, nodes).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ProveConsistency({.old_size = 10, .new_size = 9}, nodes).status().code(),
            absl::StatusCode::kInvalidArgument);
  nodes.failure = absl::UnavailableError("no disk");
  EXPECT_EQ(ProveInclusion({.index = 1, .tree_size = 10}, nodes).status(), nodes.failure);
  EXPECT_EQ(ProveConsistency({.old_size = 1, .new_size = 10}, nodes).status(), nodes.failure);
  EXPECT_EQ(RootFromNodes(10, nodes).status(), nodes.failure);
}

}  // namespace
}  // namespace sumlog::tlog
