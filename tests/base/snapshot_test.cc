// Goal: readers of a Snapshot see whole values, old or new, and never a value that has gone.
// Method: one writer replaces values whose two halves agree; readers compare the halves. Run under
// ThreadSanitizer too.

#include "base/snapshot.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "base/thread.h"
#include "gtest/gtest.h"

namespace sumlog {
namespace {

struct Pair {
  int first = 0;
  int second = 0;
};

TEST(Snapshot, KeepsAnOldValueAliveForItsReader) {
  Snapshot<Pair> snapshot(std::make_shared<const Pair>(Pair{1, 1}));
  const std::shared_ptr<const Pair> old = snapshot.Load();
  snapshot.Store(std::make_shared<const Pair>(Pair{2, 2}));
  EXPECT_EQ(old->first, 1);
  EXPECT_EQ(snapshot.Load()->first, 2);
}

TEST(Snapshot, ShowsEveryReaderWholeValuesInOrder) {
  constexpr int kLast = 2000;
  Snapshot<Pair> snapshot(std::make_shared<const Pair>());
  std::atomic<int> torn = 0, backwards = 0;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.push_back(StartThread("reader", [&] {
        int seen = 0;
        while (seen < kLast) {
          const std::shared_ptr<const Pair> value = snapshot.Load();
          if (value->first != value->second) ++torn;
          if (value->first < seen) ++backwards;
          seen = value->first;
        }
      }));
    }
    for (int i = 1; i <= kLast; ++i) snapshot.Store(std::make_shared<const Pair>(Pair{i, i}));
  }
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(backwards, 0);
}

}  // namespace
}  // namespace sumlog
