// Goal: the node cache gives exactly the nodes of the signed tree, or an error, and keeps to its
// bound.
// Method: signed logs in a memory store, whose every node is compared with the recursive definition
// of RFC 6962; stores that are damaged underneath; a log that grows while tiles are kept.

#include "log/node_cache.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"
#include "support/batch_builder.h"
#include "support/damaging_store.h"
#include "support/reference_tree.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using tlog::Hash;
using tlog::NodeId;

constexpr std::uint64_t kSize = 66'000;  // 257 full tiles and more: three levels

class NodeCacheTest : public ::testing::Test {
 protected:
  NodeCacheTest() : store_(storage::NewMemoryStore()), damaging_(*store_) {
    EXPECT_EQ(store_->Commit(builder_.First()), absl::OkStatus());
  }

  void Grow(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      leaves_.push_back(tlog::LeafHash(testing::TestRecord(builder_.size() + i)));
    }
    EXPECT_EQ(store_->CommitBulk(builder_.NextMadeUp(count)), absl::OkStatus());
    auto head = std::make_shared<PublishedHead>();
    head->signed_head.head = {.size = builder_.size(), .root = builder_.edge().Root()};
    head->edge = builder_.edge();
    if (reader_ == nullptr) {
      reader_ = std::make_unique<LogReader>(&damaging_, head, LogReader::Options{}, SystemClock());
    } else {
      reader_->Publish(head);
    }
  }

  absl::StatusOr<Hash> Read(NodeCache& cache, NodeId node) {
    Hash hash = {};
    const absl::Status status = cache.ReadNodes({&node, 1}, {&hash, 1});
    if (!status.ok()) return status;
    return hash;
  }

  Hash Reference(NodeId node) const {
    return tlog::ReferenceRoot(absl::MakeConstSpan(leaves_).subspan(node.index << node.height,
                                                                    std::size_t{1} << node.height));
  }

  // Every node of some height and width, or every `step`th of them, is right.
  void ExpectTrueNodes(NodeCache& cache, std::uint64_t step) {
    for (unsigned height = 0; (builder_.size() >> height) > 0; ++height) {
      for (std::uint64_t index = 0; index < builder_.size() >> height; index += step) {
        const absl::StatusOr<Hash> read = Read(cache, {.height = height, .index = index});
        ASSERT_TRUE(read.ok()) << read.status();
        ASSERT_EQ(*read, Reference({.height = height, .index = index})) << height << "/" << index;
      }
    }
  }

  testing::BatchBuilder builder_;
  std::unique_ptr<storage::LogStore> store_;
  testing::DamagingStore damaging_;
  std::vector<Hash> leaves_;
  std::unique_ptr<LogReader> reader_;
};

TEST_F(NodeCacheTest, GivesEveryNodeOfASmallTree) {
  for (const std::uint64_t count : {1u, 1u, 5u, 249u, 1u, 2u, 253u, 300u}) {
    Grow(count);
    NodeCache cache(reader_.get());
    ExpectTrueNodes(cache, 1);
  }
}

TEST_F(NodeCacheTest, GivesNodesOfThreeLevels) {
  Grow(kSize);
  NodeCache cache(reader_.get());
  ExpectTrueNodes(cache, 97);
}

TEST_F(NodeCacheTest, FollowsALogThatGrows) {
  Grow(10);
  NodeCache cache(reader_.get());
  for (int i = 0; i < 30; ++i) {
    ExpectTrueNodes(cache, 1);
    Grow(i % 2 == 0 ? 1 : 47);
  }
  ExpectTrueNodes(cache, 1);
}

TEST_F(NodeCacheTest, RefusesNodesOutsideTheTree) {
  Grow(300);
  NodeCache cache(reader_.get());
  for (const NodeId node : {NodeId{0, 300}, NodeId{2, 75}, NodeId{8, 1}, NodeId{9, 0},
                            NodeId{63, 0}, NodeId{63, 1}, NodeId{0, ~std::uint64_t{0}}}) {
    EXPECT_EQ(Read(cache, node).status().code(), absl::StatusCode::kOutOfRange) << node.height;
  }
  EXPECT_TRUE(Read(cache, {0, 299}).ok());
}

TEST_F(NodeCacheTest, FindsAWrongHashWhereverItIsInATile) {
  Grow(kSize);
  for (const std::size_t position : {0u, 1u, 128u, 255u}) {
    for (const std::uint32_t level : {0u, 1u}) {
      damaging_.hash_tiles.clear();
      damaging_.hash_tiles[{level, 0}] = [position](std::vector<Hash>& hashes) {
        hashes[position][31] ^= 1;
        return absl::OkStatus();
      };
      NodeCache cache(reader_.get());
      const absl::StatusOr<Hash> read = Read(cache, {.height = 0, .index = 3});
      EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
      EXPECT_THAT(std::string(read.status().message()),
                  ::testing::HasSubstr(absl::StrCat("tile/8/", level, "/000")));
      // What does not hang on it is served.
      EXPECT_TRUE(Read(cache, {.height = 0, .index = kSize - 1}).ok());
    }
  }
}

TEST_F(NodeCacheTest, HandsOnWhatTheStoreMeets) {
  Grow(600);
  damaging_.hash_tiles[{0, 1}] = [](std::vector<Hash>&) {
    return absl::UnavailableError("the disk does not answer");
  };
  NodeCache cache(reader_.get());
  EXPECT_EQ(Read(cache, {0, 256}).status().code(), absl::StatusCode::kUnavailable);
  damaging_.hash_tiles.clear();
  EXPECT_EQ(*Read(cache, {0, 256}), leaves_[256]);  // a failure is not kept
}

TEST_F(NodeCacheTest, ReadsAKeptTileOnce) {
  Grow(600);
  int reads = 0;
  damaging_.hash_tiles[{0, 1}] = [&reads](std::vector<Hash>&) {
    ++reads;
    return absl::OkStatus();
  };
  NodeCache cache(reader_.get());
  for (std::uint64_t i = 256; i < 512; ++i) EXPECT_EQ(*Read(cache, {0, i}), leaves_[i]);
  EXPECT_EQ(reads, 1);
}

TEST_F(NodeCacheTest, StaysBelowItsBoundAndRight) {
  Grow(kSize);
  constexpr std::size_t kMaxBytes = 100'000;  // six tiles
  NodeCache cache(reader_.get(), kMaxBytes);
  for (std::uint64_t i = 0; i < kSize; i += 211) {
    ASSERT_EQ(*Read(cache, {0, i}), leaves_[i]);
    ASSERT_LE(cache.size_bytes(), kMaxBytes);
  }
  EXPECT_GT(cache.size_bytes(), kMaxBytes / 2);
  NodeCache none(reader_.get(), 0);
  EXPECT_EQ(*Read(none, {0, 5}), leaves_[5]);
  EXPECT_EQ(none.size_bytes(), 0u);
}

}  // namespace
}  // namespace sumlog::log
