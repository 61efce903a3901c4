// Goal: the cache of lookups gives back exactly what was kept, or nothing, and keeps to its bound.
// Method: records kept one after another in tables of one set and of many; texts that are not a
// record of their module version.

#include "log/record_cache.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::testing::Gt;
using ::testing::Lt;
using testing::MakeRecord;

constexpr std::size_t kPlaceBytes = 112;
constexpr std::size_t kOneSetBytes = 4 * kPlaceBytes;

std::string TextOf(std::uint64_t number) { return FormatRecordText(MakeRecord(number)); }

void Keep(RecordCache& cache, std::uint64_t number) {
  cache.Keep(MakeRecord(number).module, number, TextOf(number));
}

bool Has(RecordCache& cache, std::uint64_t number) {
  const auto found = cache.Find(MakeRecord(number).module);
  if (!found.has_value()) return false;
  EXPECT_EQ(found->number, number);
  EXPECT_EQ(found->text, TextOf(number));
  return true;
}

TEST(RecordCache, GivesBackWhatWasKept) {
  RecordCache cache;
  EXPECT_FALSE(Has(cache, 7));
  Keep(cache, 7);
  EXPECT_TRUE(Has(cache, 7));
  EXPECT_FALSE(Has(cache, 8));
  gosum::ModuleVersion other = MakeRecord(7).module;
  other.version = "v1.0.1";
  EXPECT_FALSE(cache.Find(other).has_value());
}

TEST(RecordCache, DropsWhatWasUsedLeastRecently) {
  RecordCache cache(kOneSetBytes);
  for (std::uint64_t number = 0; number < 4; ++number) Keep(cache, number);
  EXPECT_TRUE(Has(cache, 0));
  Keep(cache, 4);
  EXPECT_FALSE(Has(cache, 1));
  for (const std::uint64_t number : {0u, 2u, 3u, 4u}) EXPECT_TRUE(Has(cache, number)) << number;
}

TEST(RecordCache, KeepsARecordOnce) {
  RecordCache cache(kOneSetBytes);
  Keep(cache, 0);
  Keep(cache, 1);
  for (int i = 0; i < 10; ++i) Keep(cache, 2);
  EXPECT_TRUE(Has(cache, 0));
  EXPECT_TRUE(Has(cache, 1));
}

TEST(RecordCache, KeepsToItsBound) {
  constexpr std::size_t kPlaces = 4096;
  RecordCache cache(kPlaces * kPlaceBytes);
  for (std::uint64_t number = 0; number < 3 * kPlaces; ++number) Keep(cache, number);
  std::size_t kept = 0;
  for (std::uint64_t number = 0; number < 3 * kPlaces; ++number) kept += Has(cache, number);
  EXPECT_THAT(kept, Lt(kPlaces + 1));
  EXPECT_THAT(kept, Gt(kPlaces * 9 / 10));
}

TEST(RecordCache, KeepsNothingWithoutRoom) {
  for (const std::size_t max_bytes : {std::size_t{0}, kOneSetBytes - 1}) {
    RecordCache cache(max_bytes);
    Keep(cache, 7);
    EXPECT_FALSE(Has(cache, 7));
  }
}

// What a mirror may have to serve comes from the store each time.
TEST(RecordCache, KeepsNoTextThatWouldComeBackAsAnother) {
  RecordCache cache;
  const gosum::ModuleVersion module = MakeRecord(7).module;
  const std::string text = TextOf(7);
  for (const std::string& odd :
       {text + text, text.substr(0, text.find('\n') + 1), text + "more\n", std::string(), TextOf(8),
        "example.com/m7 v1.0.0 h2:abc\n" + text}) {
    cache.Keep(module, 7, odd);
    EXPECT_FALSE(cache.Find(module).has_value()) << odd;
  }
}

TEST(RecordCache, ServesManyThreads) {
  RecordCache cache(16 * kOneSetBytes);
  std::vector<std::jthread> threads;
  for (std::uint64_t first = 0; first < 4; ++first) {
    threads.emplace_back([&cache, first] {
      for (std::uint64_t i = 0; i < 2000; ++i) {
        const std::uint64_t number = (first * 31 + i * 7) % 100;
        if (!Has(cache, number)) Keep(cache, number);
      }
    });
  }
}

}  // namespace
}  // namespace sumlog::log
