// Goal: random bytes are as many as asked for and differ; secrets are gone when wiped.
// Method: lengths around the bounds; repeated draws; a look at the wiped memory.

#include "crypto/random.h"

#include <set>
#include <string>

#include "crypto/wipe.h"
#include "gtest/gtest.h"

namespace sumlog::crypto {
namespace {

TEST(RandomBytes, GivesAsManyAsAskedFor) {
  for (const std::size_t count : {0u, 1u, 16u, 32u, 1000u, 1u << 20}) {
    const absl::StatusOr<std::string> bytes = RandomBytes(count);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(bytes->size(), count);
  }
}

TEST(RandomBytes, RefusesMoreThanItsBound) {
  EXPECT_TRUE(absl::IsInvalidArgument(RandomBytes((1u << 20) + 1).status()));
}

TEST(RandomBytes, NeverRepeatsItself) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(*RandomBytes(16));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(RandomSeed, NeverRepeatsItself) {
  std::set<std::array<std::uint8_t, 32>> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(*RandomSeed());
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Wipe, OverwritesTheBytes) {
  std::array<std::uint8_t, 32> secret;
  secret.fill(0xaa);
  Wipe(absl::MakeSpan(secret));
  EXPECT_EQ(secret, (std::array<std::uint8_t, 32>{}));
}

TEST(Wipe, OverwritesAndEmptiesAString) {
  std::string secret = "longer than the buffer inside a string object";
  const char* const memory = secret.data();
  Wipe(&secret);
  EXPECT_TRUE(secret.empty());
  ASSERT_EQ(secret.data(), memory);  // still owned by the string
  EXPECT_EQ(memory[0], '\0');
}

}  // namespace
}  // namespace sumlog::crypto
