// Goal: a blocked version is refused with its reason, from the moment that Block returns and for as
// long as nobody unblocks it; everything else of the log is as before.
// Method: lists over a memory store that is loaded again; a whole log; readers beside a writer.

#include "log/block_list.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::MakeRecords;
using ::sumlog::testing::TestLog;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

BlockedVersion Blocked(const std::string& path, const std::string& reason = "malicious") {
  return {.module = {.path = path, .version = "v1.0.0"},
          .decision = {.reason = reason,
                       .who = "security",
                       .when = absl::FromUnixMicros(1'795'262'400'000'007)}};
}

std::vector<std::string> Paths(const std::vector<BlockedVersion>& blocks) {
  std::vector<std::string> paths;
  for (const BlockedVersion& block : blocks) paths.push_back(block.module.path);
  return paths;
}

class BlockListTest : public ::testing::Test {
 protected:
  BlockListTest() { Load(); }

  void Load() {
    auto loaded = BlockList::Load(store_.get());
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    blocks_ = *std::move(loaded);
  }

  const std::unique_ptr<storage::LogStore> store_ = storage::NewMemoryStore();
  std::unique_ptr<BlockList> blocks_;
};

TEST_F(BlockListTest, FindsWhatIsBlockedAlsoAfterLoadingAgain) {
  EXPECT_EQ(blocks_->size(), 0u);
  EXPECT_EQ(blocks_->Find("example.com/a@v1.0.0"), std::nullopt);
  ASSERT_EQ(blocks_->Block(Blocked("example.com/a")), absl::OkStatus());
  ASSERT_EQ(blocks_->Block(Blocked("example.com/b", "first")), absl::OkStatus());
  ASSERT_EQ(blocks_->Block(Blocked("example.com/b", "second")), absl::OkStatus());
  for (int loaded = 0; loaded < 2; ++loaded) {
    EXPECT_EQ(blocks_->size(), 2u);
    EXPECT_EQ(blocks_->Find("example.com/a@v1.0.0"), Blocked("example.com/a").decision);
    EXPECT_EQ(blocks_->Find("example.com/b@v1.0.0")->reason, "second");
    EXPECT_EQ(blocks_->Find("example.com/a@v1.0.1"), std::nullopt);
    EXPECT_EQ(blocks_->Find("example.com/a"), std::nullopt);
    EXPECT_EQ(blocks_->Find(""), std::nullopt);
    Load();
  }
  ASSERT_EQ(blocks_->Unblock(Blocked("example.com/a").module), absl::OkStatus());
  for (int loaded = 0; loaded < 2; ++loaded) {
    EXPECT_EQ(blocks_->size(), 1u);
    EXPECT_EQ(blocks_->Find("example.com/a@v1.0.0"), std::nullopt);
    EXPECT_TRUE(absl::IsNotFound(blocks_->Unblock(Blocked("example.com/a").module)));
    Load();
  }
}

TEST_F(BlockListTest, ListsPageByPageInOrderOfKey) {
  EXPECT_THAT(blocks_->List("", 10), IsEmpty());
  for (const char* path : {"example.com/c", "example.com/a", "example.com/b", "example.com/a/b"}) {
    ASSERT_EQ(blocks_->Block(Blocked(path)), absl::OkStatus());
  }
  EXPECT_THAT(Paths(blocks_->List("", 10)),
              ElementsAre("example.com/a/b", "example.com/a", "example.com/b", "example.com/c"));
  EXPECT_THAT(Paths(blocks_->List("", 2)), ElementsAre("example.com/a/b", "example.com/a"));
  EXPECT_THAT(Paths(blocks_->List("example.com/a@v1.0.0", 2)),
              ElementsAre("example.com/b", "example.com/c"));
  EXPECT_THAT(Paths(blocks_->List("example.com/bb", 1)), ElementsAre("example.com/c"));
  EXPECT_THAT(blocks_->List("example.com/c@v1.0.0", 2), IsEmpty());
  EXPECT_THAT(blocks_->List("", 0), IsEmpty());
  EXPECT_EQ(blocks_->List("", 1)[0], Blocked("example.com/a/b"));
}

TEST_F(BlockListTest, RefusesWhatIsNoModuleVersionOrHasNoReason) {
  BlockedVersion bad = Blocked("example.com/a");
  bad.module.version = "latest";
  EXPECT_TRUE(absl::IsInvalidArgument(blocks_->Block(bad)));
  EXPECT_TRUE(absl::IsInvalidArgument(blocks_->Unblock(bad.module)));
  EXPECT_TRUE(absl::IsInvalidArgument(blocks_->Block(Blocked("../a"))));
  EXPECT_TRUE(absl::IsInvalidArgument(blocks_->Block(Blocked("example.com/a", ""))));
  EXPECT_TRUE(absl::IsInvalidArgument(blocks_->Block(Blocked("example.com/a", "two\nlines"))));
  EXPECT_EQ(blocks_->size(), 0u);
}

TEST_F(BlockListTest, TakesNoMoreThanItsLimit) {
  const std::string kept = FormatDecision(Blocked("example.com/a").decision);
  for (std::size_t i = 0; i < kMaxBlocks; ++i) {
    ASSERT_EQ(store_->PutState(absl::StrCat("block/example.com/m", i, "@v1.0.0"), kept),
              absl::OkStatus());
  }
  Load();
  EXPECT_EQ(blocks_->size(), kMaxBlocks);
  EXPECT_TRUE(absl::IsResourceExhausted(blocks_->Block(Blocked("example.com/a"))));
  EXPECT_EQ(blocks_->Block(Blocked("example.com/m7", "another reason")), absl::OkStatus());
  EXPECT_EQ(blocks_->Unblock(Blocked("example.com/m8").module), absl::OkStatus());
  EXPECT_EQ(blocks_->Block(Blocked("example.com/a")), absl::OkStatus());
  EXPECT_EQ(blocks_->size(), kMaxBlocks);

  ASSERT_EQ(store_->PutState("block/example.com/more@v1.0.0", kept), absl::OkStatus());
  EXPECT_TRUE(absl::IsDataLoss(BlockList::Load(store_.get()).status()));
}

TEST_F(BlockListTest, NamesADamagedBlock) {
  const std::string kept = FormatDecision(Blocked("example.com/a").decision);
  for (const auto& [key, value] :
       {std::pair<std::string, std::string>{"block/example.com/a@v1.0.0", "damaged"},
        std::pair<std::string, std::string>{"block/example.com/a", kept}}) {
    ASSERT_EQ(store_->PutState(key, value), absl::OkStatus());
    const absl::Status damaged = BlockList::Load(store_.get()).status();
    EXPECT_TRUE(absl::IsDataLoss(damaged));
    EXPECT_THAT(std::string(damaged.message()), HasSubstr("example.com/a"));
    ASSERT_EQ(store_->PutState(key, std::nullopt), absl::OkStatus());
  }
}

TEST_F(BlockListTest, AnswersReadersWhileItChanges) {
  ASSERT_EQ(blocks_->Block(Blocked("example.com/always")), absl::OkStatus());
  std::atomic<bool> done = false;
  {
    std::jthread reader([&] {
      while (!done) {
        EXPECT_TRUE(blocks_->Find("example.com/always@v1.0.0").has_value());
        const std::size_t listed = blocks_->List("", 1000).size();
        EXPECT_TRUE(listed >= 1 && listed <= 3) << listed;
        std::this_thread::yield();
      }
    });
    const auto change = [this](const std::string& path) {
      for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(blocks_->Block(Blocked(path)), absl::OkStatus());
        EXPECT_EQ(blocks_->Unblock(Blocked(path).module), absl::OkStatus());
      }
    };
    {
      std::jthread other([&] { change("example.com/a"); });
      change("example.com/b");
    }
    done = true;
  }
  EXPECT_EQ(blocks_->size(), 1u);
}

TEST(Blocks, OfALogRefuseLookupsAndNothingElse) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add(MakeRecords(0, 3)).ok());
  const BlockedVersion one{.module = MakeRecord(1).module,
                           .decision = Blocked("x", "stolen account").decision};
  ASSERT_EQ(log->blocks().Block(one), absl::OkStatus());
  const absl::Status refused = log->reader().Lookup(one.module).status();
  EXPECT_TRUE(absl::IsPermissionDenied(refused));
  EXPECT_EQ(ReasonOf(refused), "stolen account");
  EXPECT_TRUE(log->reader().Lookup(MakeRecord(0).module).ok());
  EXPECT_EQ(log->reader()
                .DataTile({.kind = tlog::TileId::Kind::kData, .level = 0, .index = 0, .width = 3})
                ->size(),
            3u);
  // A version need not be in the log, and adding it is not blocked.
  ASSERT_EQ(log->blocks().Block({.module = MakeRecord(7).module, .decision = one.decision}),
            absl::OkStatus());
  EXPECT_TRUE(absl::IsPermissionDenied(log->reader().Lookup(MakeRecord(7).module).status()));
  EXPECT_TRUE(log.Add({MakeRecord(7)}).ok());
  ASSERT_EQ(log->blocks().Unblock(MakeRecord(7).module), absl::OkStatus());
  EXPECT_EQ(log->reader().Lookup(MakeRecord(7).module)->number, 3u);
}

}  // namespace
}  // namespace sumlog::log
