// Goal: whoever subscribes hears of every later head, in order, and of none once the subscription
// is gone.
// Method: a whole log with listeners that note what they hear; subscriptions that come and go on
// other threads while the log publishes (for ThreadSanitizer).

#include "log/head_listeners.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::TestLog;
using ::testing::ElementsAre;

TEST(HeadListeners, HearOfEveryHeadThatIsPublishedWhileTheyAreSubscribed) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  ASSERT_TRUE(log.Add({MakeRecord(0)}).ok());
  std::vector<std::uint64_t> sizes;
  const auto listen = [&](const std::shared_ptr<const PublishedHead>& head) {
    EXPECT_EQ(log->reader().Newest(), head);
    sizes.push_back(head->signed_head.head.size);
  };
  auto subscription = log->reader().Subscribe(listen);
  ASSERT_TRUE(subscription.ok());
  ASSERT_TRUE(log.Add({MakeRecord(1)}).ok());
  ASSERT_TRUE(log.Add({MakeRecord(1)}).ok());  // nothing new: no head
  ASSERT_TRUE(log.Add({MakeRecord(2), MakeRecord(3)}).ok());
  EXPECT_THAT(sizes, ElementsAre(2, 4));
  subscription->reset();
  ASSERT_TRUE(log.Add({MakeRecord(4)}).ok());
  EXPECT_THAT(sizes, ElementsAre(2, 4));
}

TEST(HeadListeners, AreBoundedInNumber) {
  HeadListeners listeners;
  std::vector<std::unique_ptr<HeadListeners::Subscription>> subscriptions;
  const auto ignore = [](const std::shared_ptr<const PublishedHead>&) {};
  for (std::size_t i = 0; i < HeadListeners::kMaxListeners; ++i) {
    subscriptions.push_back(*listeners.Add(ignore));
  }
  EXPECT_TRUE(absl::IsResourceExhausted(listeners.Add(ignore).status()));
  subscriptions.pop_back();
  EXPECT_TRUE(listeners.Add(ignore).ok());
}

TEST(HeadListeners, AreNeverCalledOnceTheirSubscriptionIsGone) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  std::atomic<bool> done = false;
  const auto come_and_go = [&] {
    while (!done) {
      // Freed as soon as the subscription is gone: a late call would be a use after free.
      const auto heard = std::make_unique<std::uint64_t>(0);
      const auto subscription = log->reader().Subscribe(
          [target = heard.get()](const std::shared_ptr<const PublishedHead>& head) {
            EXPECT_GT(head->signed_head.head.size, *target);
            *target = head->signed_head.head.size;
          });
      ASSERT_TRUE(subscription.ok());
      std::this_thread::yield();
    }
  };
  {
    std::jthread one(come_and_go);
    std::jthread other(come_and_go);
    for (std::uint64_t i = 0; i < 100; ++i) ASSERT_TRUE(log.Add({MakeRecord(i)}).ok());
    done = true;
  }
}

}  // namespace
}  // namespace sumlog::log
