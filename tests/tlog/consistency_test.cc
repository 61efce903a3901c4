// Goal: VerifyConsistency accepts exactly the true proofs; ProveConsistency and RootFromTiles make
// the reference's from tiles.
// Method: the recursive definition of the RFC makes the proof between all pairs of trees up to 35
// records; each is damaged in the ways an attacker would try, among them a real fork. Proofs from
// tiles are compared where tiles begin and end, and at random.

#include "sumlog/tlog/consistency.h"

#include <random>
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

// Calls check(older, newer, path) for every pair of sizes 0 < older < newer.
template <typename Check>
void ForEveryTrueProof(Check check) {
  const std::vector<Hash> all = TestLeaves(kMaxTestTreeSize);
  for (std::uint64_t new_size = 2; new_size <= kMaxTestTreeSize; ++new_size) {
    const absl::Span<const Hash> leaves = absl::MakeConstSpan(all).first(new_size);
    for (std::uint64_t old_size = 1; old_size < new_size; ++old_size) {
      SCOPED_TRACE(absl::StrCat(old_size, " to ", new_size));
      check(ReferenceHead(leaves.first(old_size)), ReferenceHead(leaves),
            ReferenceConsistencyPath(old_size, leaves));
    }
  }
}

TEST(VerifyConsistency, AcceptsEveryTrueProof) {
  ForEveryTrueProof(
      [](const TreeHead& older, const TreeHead& newer, const std::vector<Hash>& path) {
        EXPECT_FALSE(path.empty());
        EXPECT_EQ(VerifyConsistency(older, newer, path), absl::OkStatus());
      });
}

TEST(VerifyConsistency, RejectsAnyChangedHashAndRoot) {
  ForEveryTrueProof([](TreeHead older, TreeHead newer, std::vector<Hash> path) {
    for (Hash& hash : path) {
      hash[31] ^= 0x01;
      EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(older, newer, path)));
      hash[31] ^= 0x01;
    }
    older.root[0] ^= 0x80;
    EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(older, newer, path)));
    older.root[0] ^= 0x80;
    newer.root[0] ^= 0x80;
    EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(older, newer, path)));
  });
}

TEST(VerifyConsistency, RejectsHashesTooManyAndTooFew) {
  ForEveryTrueProof([](const TreeHead& older, const TreeHead& newer, std::vector<Hash> path) {
    path.push_back(newer.root);
    EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(older, newer, path)));
    path.pop_back();
    path.insert(path.begin(), older.root);
    EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(older, newer, path)));
    path.erase(path.begin());
    while (!path.empty()) {
      path.pop_back();
      EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(older, newer, path)));
    }
  });
}

TEST(VerifyConsistency, RejectsTheSameProofForOtherSizes) {
  ForEveryTrueProof(
      [](const TreeHead& older, const TreeHead& newer, const std::vector<Hash>& path) {
        for (std::uint64_t size = 1; size < newer.size; ++size) {
          if (size == older.size) continue;
          const TreeHead other = {.size = size, .root = older.root};
          EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(other, newer, path))) << size;
        }
      });
}

// Two logs that agree on all records but one that the older head covers.
TEST(VerifyConsistency, RejectsAFork) {
  std::vector<Hash> leaves = TestLeaves(kMaxTestTreeSize);
  for (std::uint64_t old_size = 1; old_size < leaves.size(); ++old_size) {
    const TreeHead older = ReferenceHead(absl::MakeConstSpan(leaves).first(old_size));
    std::vector<Hash> forked = leaves;
    forked[old_size - 1] = LeafHash("another record");
    const std::vector<Hash> path = ReferenceConsistencyPath(old_size, forked);
    EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(older, ReferenceHead(forked), path)));
  }
}

TEST(VerifyConsistency, DemandsEqualRootsAndNoPathForEqualSizes) {
  const TreeHead head = ReferenceHead(TestLeaves(5));
  const TreeHead other = {.size = 5, .root = EmptyRoot()};
  EXPECT_EQ(VerifyConsistency(head, head, {}), absl::OkStatus());
  EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(head, other, {})));
  EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(head, head, {head.root})));
}

TEST(VerifyConsistency, LetsEveryTreeExtendTheEmptyOne) {
  const TreeHead head = ReferenceHead(TestLeaves(5));
  const TreeHead empty = {.size = 0, .root = EmptyRoot()};
  EXPECT_EQ(VerifyConsistency(empty, head, {}), absl::OkStatus());
  EXPECT_EQ(VerifyConsistency(empty, empty, {}), absl::OkStatus());
  EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency({.size = 0, .root = {}}, head, {})));
  EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(empty, {.size = 0, .root = {}}, {})));
  EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(empty, head, {head.root})));
}

TEST(VerifyConsistency, CallsAShrinkingTreeInvalid) {
  const absl::Status status =
      VerifyConsistency({.size = 3, .root = {}}, {.size = 2, .root = {}}, {});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "older tree has 3 records, the newer one only 2");
}

TEST(VerifyConsistency, EndsForTheLargestTrees) {
  const std::vector<Hash> path(64, EmptyRoot());
  const std::uint64_t largest = ~std::uint64_t{0};
  for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{1} << 63, largest - 1}) {
    const TreeHead older = {.size = size, .root = EmptyRoot()};
    const TreeHead newer = {.size = largest, .root = EmptyRoot()};
    EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(older, newer, path)));
    EXPECT_TRUE(absl::IsDataLoss(VerifyConsistency(older, newer, {})));
  }
}

void ExpectProofAsReference(std::uint64_t old_size, std::uint64_t new_size) {
  SCOPED_TRACE(absl::StrCat(old_size, " to ", new_size));
  const std::vector<Hash> leaves = TestLeaves(new_size);
  MemoryTiles tiles(leaves);
  const absl::StatusOr<std::vector<Hash>> path =
      ProveConsistency({.old_size = old_size, .new_size = new_size}, tiles);
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(*path, ReferenceConsistencyPath(old_size, leaves));
  EXPECT_EQ(VerifyConsistency(ReferenceHead(absl::MakeConstSpan(leaves).first(old_size)),
                              ReferenceHead(leaves), *path),
            absl::OkStatus());
  EXPECT_LE(tiles.call_count(), 1u);
}

TEST(ProveConsistency, MakesTheReferenceProofBetweenAllSmallTrees) {
  for (std::uint64_t new_size = 1; new_size <= 34; ++new_size) {
    for (std::uint64_t old_size = 1; old_size <= new_size; ++old_size) {
      ExpectProofAsReference(old_size, new_size);
    }
  }
}

TEST(ProveConsistency, MakesTheReferenceProofWhereTilesBeginAndEnd) {
  const std::uint64_t sizes[] = {1, 128, 255, 256, 257, 300, 511, 512, 513, 1000};
  for (const std::uint64_t old_size : sizes) {
    for (const std::uint64_t new_size : sizes) {
      if (old_size <= new_size) ExpectProofAsReference(old_size, new_size);
    }
  }
}

TEST(ProveConsistency, MakesTheReferenceProofAcrossThreeLevels) {
  for (const std::uint64_t old_size : {1u, 255u, 256u, 65'535u, 65'536u}) {
    ExpectProofAsReference(old_size, 65'537);
  }
  ExpectProofAsReference(65'535, 65'536);
}

TEST(ProveConsistency, MakesTheReferenceProofAtRandom) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 50; ++i) {
    const std::uint64_t new_size = 1 + random() % 3000;
    ExpectProofAsReference(1 + random() % new_size, new_size);
  }
}

TEST(ProveConsistency, NeedsNothingForTheEmptyTreeAndTheSameTree) {
  MemoryTiles tiles(TestLeaves(5));
  EXPECT_TRUE(ProveConsistency({.old_size = 0, .new_size = 5}, tiles)->empty());
  EXPECT_TRUE(ProveConsistency({.old_size = 5, .new_size = 5}, tiles)->empty());
  EXPECT_EQ(tiles.call_count(), 0u);
}

TEST(ProveConsistency, CallsAShrinkingTreeInvalidAndHandsOnErrors) {
  MemoryTiles tiles(TestLeaves(5));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ProveConsistency({.old_size = 3, .new_size = 2}, tiles).status()));
  tiles.FailWith(absl::UnavailableError("disk busy"));
  EXPECT_TRUE(
      absl::IsUnavailable(ProveConsistency({.old_size = 2, .new_size = 3}, tiles).status()));
}

TEST(RootFromTiles, IsTheReferenceRoot) {
  for (const std::uint64_t size :
       {0u, 1u, 2u, 3u, 255u, 256u, 257u, 511u, 512u, 1000u, 65'535u, 65'536u, 65'537u, 70'000u}) {
    const std::vector<Hash> leaves = TestLeaves(size);
    MemoryTiles tiles(leaves);
    const absl::StatusOr<Hash> root = RootFromTiles(size, tiles);
    ASSERT_TRUE(root.ok()) << root.status();
    EXPECT_EQ(*root, ReferenceRoot(leaves)) << size;
  }
}

TEST(RootFromTiles, GivesTheRootOfAnOlderTreeToo) {
  const std::vector<Hash> leaves = TestLeaves(700);
  MemoryTiles tiles(leaves);
  for (std::uint64_t size = 0; size <= leaves.size(); size += 7) {
    EXPECT_EQ(*RootFromTiles(size, tiles), ReferenceRoot(absl::MakeConstSpan(leaves).first(size)));
  }
}

}  // namespace
}  // namespace sumlog::tlog
