// Goal: VerifyInclusion accepts exactly the true proofs, and nothing next to them; ProveInclusion
// makes them from tiles.
// Method: a slow reference, written straight from the RFC text, makes the true proof of every
// record in every tree up to 35 records (past the boundary at 32). Each proof is then damaged, one
// way at a time, in the ways an attacker would try. Proofs from tiles are compared with the
// reference where tiles begin and end, and at random.

#include "sumlog/tlog/inclusion.h"

#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "support/memory_tiles.h"
#include "support/reference_tree.h"

namespace sumlog::tlog {
namespace {

constexpr std::uint64_t kMaxTestTreeSize = 35;

// Calls check(head, index, leaf, path) for every record of every tree up to kMaxTestTreeSize.
template <typename Check>
void ForEveryTrueProof(Check check) {
  const std::vector<Hash> all = TestLeaves(kMaxTestTreeSize);
  for (std::uint64_t size = 1; size <= kMaxTestTreeSize; ++size) {
    const absl::Span<const Hash> leaves = absl::MakeConstSpan(all).first(size);
    const TreeHead head = ReferenceHead(leaves);
    for (std::uint64_t index = 0; index < size; ++index) {
      SCOPED_TRACE(absl::StrCat("record ", index, " of ", size));
      check(head, index, leaves[index], ReferenceInclusionPath(index, leaves));
    }
  }
}

TEST(VerifyInclusion, AcceptsEveryTrueProof) {
  ForEveryTrueProof([](const TreeHead& head, std::uint64_t index, const Hash& leaf,
                       const std::vector<Hash>& path) {
    EXPECT_EQ(VerifyInclusion(head, index, leaf, path), absl::OkStatus());
  });
}

TEST(VerifyInclusion, RejectsAnyChangedHash) {
  ForEveryTrueProof(
      [](const TreeHead& head, std::uint64_t index, const Hash& leaf, std::vector<Hash> path) {
        for (Hash& hash : path) {
          hash[31] ^= 0x01;
          EXPECT_TRUE(absl::IsDataLoss(VerifyInclusion(head, index, leaf, path)));
          hash[31] ^= 0x01;
        }
      });
}

TEST(VerifyInclusion, RejectsAnotherRecordAndAnotherRoot) {
  ForEveryTrueProof(
      [](TreeHead head, std::uint64_t index, Hash leaf, const std::vector<Hash>& path) {
        leaf[0] ^= 0x80;
        EXPECT_TRUE(absl::IsDataLoss(VerifyInclusion(head, index, leaf, path)));
        leaf[0] ^= 0x80;
        head.root[0] ^= 0x80;
        EXPECT_TRUE(absl::IsDataLoss(VerifyInclusion(head, index, leaf, path)));
      });
}

TEST(VerifyInclusion, RejectsOneHashTooMany) {
  ForEveryTrueProof(
      [](const TreeHead& head, std::uint64_t index, const Hash& leaf, std::vector<Hash> path) {
        path.push_back(head.root);
        EXPECT_TRUE(absl::IsDataLoss(VerifyInclusion(head, index, leaf, path)));
      });
}

TEST(VerifyInclusion, RejectsOneHashTooFew) {
  ForEveryTrueProof(
      [](const TreeHead& head, std::uint64_t index, const Hash& leaf, std::vector<Hash> path) {
        if (path.empty()) return;
        path.pop_back();
        EXPECT_TRUE(absl::IsDataLoss(VerifyInclusion(head, index, leaf, path)));
      });
}

TEST(VerifyInclusion, RejectsTwoHashesSwapped) {
  ForEveryTrueProof(
      [](const TreeHead& head, std::uint64_t index, const Hash& leaf, std::vector<Hash> path) {
        for (std::size_t i = 1; i < path.size(); ++i) {
          std::swap(path[i - 1], path[i]);
          EXPECT_TRUE(absl::IsDataLoss(VerifyInclusion(head, index, leaf, path)));
          std::swap(path[i - 1], path[i]);
        }
      });
}

TEST(VerifyInclusion, RejectsTheSameProofAtAnotherIndex) {
  ForEveryTrueProof([](const TreeHead& head, std::uint64_t index, const Hash& leaf,
                       const std::vector<Hash>& path) {
    for (std::uint64_t other = 0; other < head.size; ++other) {
      if (other == index) continue;
      EXPECT_TRUE(absl::IsDataLoss(VerifyInclusion(head, other, leaf, path)));
    }
  });
}

TEST(VerifyInclusion, CallsAnIndexBeyondTheTreeInvalid) {
  const TreeHead head = ReferenceHead(TestLeaves(3));
  const absl::Status status = VerifyInclusion(head, 3, LeafHash(TestRecord(3)), {});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "record index 3 is outside a tree of 3 records");
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyInclusion({}, 0, LeafHash(""), {})));
}

// No tree that large exists, but a proof may claim one: it must end, and be refused.
TEST(VerifyInclusion, EndsForTheLargestTrees) {
  const std::vector<Hash> path(64, EmptyRoot());
  for (const std::uint64_t size : {std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    for (const std::uint64_t index : {std::uint64_t{0}, size / 2, size - 1}) {
      const TreeHead head = {.size = size, .root = EmptyRoot()};
      EXPECT_TRUE(absl::IsDataLoss(VerifyInclusion(head, index, EmptyRoot(), path)));
      EXPECT_TRUE(absl::IsDataLoss(VerifyInclusion(head, index, EmptyRoot(), {})));
    }
  }
}

void ExpectProofsAsReference(std::uint64_t size, absl::Span<const std::uint64_t> indexes) {
  const std::vector<Hash> leaves = TestLeaves(size);
  MemoryTiles tiles(leaves);
  const TreeHead head = ReferenceHead(leaves);
  for (const std::uint64_t index : indexes) {
    SCOPED_TRACE(absl::StrCat("record ", index, " of ", size));
    const absl::StatusOr<std::vector<Hash>> path =
        ProveInclusion({.index = index, .tree_size = size}, tiles);
    ASSERT_TRUE(path.ok()) << path.status();
    EXPECT_EQ(*path, ReferenceInclusionPath(index, leaves));
    EXPECT_EQ(VerifyInclusion(head, index, leaves[index], *path), absl::OkStatus());
  }
}

TEST(ProveInclusion, MakesTheReferenceProofOfEveryRecordInSmallTrees) {
  for (std::uint64_t size = 1; size <= 40; ++size) {
    std::vector<std::uint64_t> indexes;
    for (std::uint64_t index = 0; index < size; ++index) indexes.push_back(index);
    ExpectProofsAsReference(size, indexes);
  }
}

TEST(ProveInclusion, MakesTheReferenceProofWhereTilesBeginAndEnd) {
  for (const std::uint64_t size : {255u, 256u, 257u, 511u, 512u, 513u, 1000u}) {
    ExpectProofsAsReference(size, {0, 1, 127, 128, 254, size - 2, size - 1});
  }
}

TEST(ProveInclusion, MakesTheReferenceProofAcrossThreeLevels) {
  for (const std::uint64_t size : {65535u, 65536u, 65537u, 66000u}) {
    ExpectProofsAsReference(size, {0, 255, 256, 40'000, 65'279, 65'280, size - 1});
  }
}

TEST(ProveInclusion, MakesTheReferenceProofAtRandom) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 40; ++i) {
    const std::uint64_t size = 1 + random() % 3000;
    ExpectProofsAsReference(size, {random() % size, random() % size});
  }
}

TEST(ProveInclusion, ReadsOnceAndAtMostTwoTilesPerLevel) {
  MemoryTiles tiles(TestLeaves(70'000));
  ASSERT_TRUE(ProveInclusion({.index = 300, .tree_size = 70'000}, tiles).ok());
  EXPECT_EQ(tiles.call_count(), 1u);
  std::set<std::string> names;
  for (const TileId& tile : tiles.tiles_read()) names.insert(FormatTilePath(tile));
  EXPECT_EQ(names.size(), tiles.tiles_read().size()) << "each tile once";
  EXPECT_EQ(names, (std::set<std::string>{"tile/8/0/001", "tile/8/0/273.p/112", "tile/8/1/000",
                                          "tile/8/1/001.p/17"}));
}

TEST(ProveInclusion, ReadsNothingForATreeOfOneRecord) {
  MemoryTiles tiles(TestLeaves(1));
  const absl::StatusOr<std::vector<Hash>> path =
      ProveInclusion({.index = 0, .tree_size = 1}, tiles);
  ASSERT_TRUE(path.ok());
  EXPECT_TRUE(path->empty());
  EXPECT_EQ(tiles.call_count(), 0u);
}

TEST(ProveInclusion, CallsAnIndexBeyondTheTreeInvalid) {
  MemoryTiles tiles(TestLeaves(3));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ProveInclusion({.index = 3, .tree_size = 3}, tiles).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ProveInclusion({.index = 0, .tree_size = 0}, tiles).status()));
}

TEST(ProveInclusion, HandsOnTheReadersError) {
  MemoryTiles tiles(TestLeaves(3));
  tiles.FailWith(absl::UnavailableError("disk busy"));
  EXPECT_EQ(ProveInclusion({.index = 1, .tree_size = 3}, tiles).status(),
            absl::UnavailableError("disk busy"));
}

}  // namespace
}  // namespace sumlog::tlog
