// Goal: every sentence of log_store.h about small state holds for every store.
// Method: keys that are prefixes of each other and of any bytes, values up to the limit, and more
// of them than a store reads at once; asked again after the store was closed and opened.

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "contract/log_store_contract.h"
#include "gmock/gmock.h"

namespace sumlog::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows Visited(const storage::LogStore& store, absl::string_view prefix) {
  Rows rows;
  const absl::Status status =
      store.VisitState(prefix, [&rows](absl::string_view key, absl::string_view value) {
        rows.emplace_back(std::string(key), std::string(value));
        return absl::OkStatus();
      });
  EXPECT_EQ(status, absl::OkStatus());
  return rows;
}

TEST_P(LogStoreContract, KeepsSmallState) {
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_EQ(*store().GetState("frozen"), std::nullopt);
    ASSERT_EQ(store().PutState("frozen", "yes"), absl::OkStatus());
    ASSERT_EQ(store().PutState("", ""), absl::OkStatus());
    Reopen();
    EXPECT_EQ(*store().GetState("frozen"), "yes");
    EXPECT_EQ(*store().GetState(""), "");
    EXPECT_EQ(*store().GetState("froze"), std::nullopt);
    ASSERT_EQ(store().PutState("frozen", std::string(storage::kMaxStateBytes, '\0')),
              absl::OkStatus());
    EXPECT_EQ(store().GetState("frozen").value()->size(), storage::kMaxStateBytes);
    ASSERT_EQ(store().PutState("frozen", std::nullopt), absl::OkStatus());
    ASSERT_EQ(store().PutState("frozen", std::nullopt), absl::OkStatus());
    Reopen();
    EXPECT_EQ(*store().GetState("frozen"), std::nullopt);
  }
  EXPECT_TRUE(absl::IsNotFound(store().SignedHead().status()));
}

TEST_P(LogStoreContract, RefusesStateOverItsLimits) {
  const std::string long_key(storage::kMaxKeyBytes + 1, 'k');
  EXPECT_TRUE(absl::IsInvalidArgument(store().PutState(long_key, "")));
  EXPECT_TRUE(absl::IsInvalidArgument(
      store().PutState("k", std::string(storage::kMaxStateBytes + 1, 'v'))));
  EXPECT_EQ(*store().GetState("k"), std::nullopt);
}

TEST_P(LogStoreContract, VisitsTheStateOfAPrefixInOrderOfKey) {
  EXPECT_THAT(Visited(store(), ""), IsEmpty());
  Grow({3});
  const std::string with_zero("block/\0", 7);
  for (const std::string& key :
       {std::string("block/b"), std::string("block/a\xff"), std::string("block/a"),
        std::string("block/ab"), with_zero, std::string("block/"), std::string("block"),
        std::string("block0"), std::string("blocj/z"), std::string()}) {
    ASSERT_EQ(store().PutState(key, absl::StrCat("value of ", key)), absl::OkStatus());
  }
  ASSERT_EQ(store().PutState("block/gone", "x"), absl::OkStatus());
  ASSERT_EQ(store().PutState("block/gone", std::nullopt), absl::OkStatus());
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_THAT(
        Visited(store(), "block/"),
        ElementsAre(Pair("block/", "value of block/"),
                    Pair(with_zero, absl::StrCat("value of ", with_zero)),
                    Pair("block/a", "value of block/a"), Pair("block/ab", "value of block/ab"),
                    Pair("block/a\xff", "value of block/a\xff"),
                    Pair("block/b", "value of block/b")));
    EXPECT_THAT(Visited(store(), "block/b"), ElementsAre(Pair("block/b", "value of block/b")));
    EXPECT_THAT(Visited(store(), "block/bb"), IsEmpty());
    EXPECT_THAT(Visited(store(), "c"), IsEmpty());
    EXPECT_EQ(Visited(store(), "").size(), 10u);
    EXPECT_EQ(Visited(store(), "").front().first, "");
    Reopen();
  }
}

TEST_P(LogStoreContract, VisitsMoreStateThanItReadsAtOnce) {
  constexpr int kRows = 40;  // 2.5 MiB in all
  for (int i = 0; i < kRows; ++i) {
    ASSERT_EQ(store().PutState(absl::StrCat("k", 100 + i),
                               std::string(storage::kMaxStateBytes, static_cast<char>('a' + i))),
              absl::OkStatus());
  }
  const Rows rows = Visited(store(), "k");
  ASSERT_EQ(rows.size(), std::size_t{kRows});
  for (int i = 0; i < kRows; ++i) {
    const auto& [key, value] = rows[static_cast<std::size_t>(i)];
    EXPECT_EQ(key, absl::StrCat("k", 100 + i));
    EXPECT_EQ(value, std::string(storage::kMaxStateBytes, static_cast<char>('a' + i)));
  }
}

TEST_P(LogStoreContract, StopsTheVisitOfStateAtTheFirstErrorAndHandsItBack) {
  for (const char* key : {"a", "b", "c"}) ASSERT_EQ(store().PutState(key, ""), absl::OkStatus());
  int visits = 0;
  const absl::Status status = store().VisitState("", [&](absl::string_view, absl::string_view) {
    return ++visits == 2 ? absl::CancelledError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(status, absl::CancelledError("enough"));
  EXPECT_EQ(visits, 2);
}

TEST_P(LogStoreContract, LetsAVisitorAskAndChangeTheState) {
  for (const char* key : {"a", "b", "c"}) ASSERT_EQ(store().PutState(key, ""), absl::OkStatus());
  const absl::Status status = store().VisitState("", [&](absl::string_view key, absl::string_view) {
    EXPECT_EQ(*store().GetState(key), "");
    return store().PutState(key, std::nullopt);
  });
  EXPECT_EQ(status, absl::OkStatus());
  EXPECT_THAT(Visited(store(), ""), IsEmpty());
}

// Commits and puts of state take turns by themselves: whoever freezes a log is not its writer.
TEST_P(LogStoreContract, TakesStateFromAnyThreadWhileOneCommits) {
  Grow({1});
  constexpr int kPuts = 50;
  const auto put = [this](const std::string& key) {
    for (int i = 0; i < kPuts; ++i) {
      EXPECT_EQ(store().PutState(key, absl::StrCat(i)), absl::OkStatus());
      EXPECT_EQ(*store().GetState(key), absl::StrCat(i));
    }
  };
  {
    std::jthread one([&] { put("one"); });
    std::jthread other([&] { put("other"); });
    for (int i = 0; i < 20; ++i) EXPECT_EQ(Commit(builder_.NextMadeUp(20)), absl::OkStatus());
  }
  Reopen();
  EXPECT_THAT(Visited(store(), "o"), ElementsAre(Pair("one", absl::StrCat(kPuts - 1)),
                                                 Pair("other", absl::StrCat(kPuts - 1))));
  EXPECT_EQ(store().SignedHead()->size, builder_.size());
}

}  // namespace
}  // namespace sumlog::testing
