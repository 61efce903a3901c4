// Goal: big-endian keys sort like the numbers that they stand for, and come back unchanged.
// Method: edges of each byte, forth and back.

#include "base/bytes.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace sumlog {
namespace {

TEST(BigEndian, ReadsWhatItWrote) {
  for (const std::uint64_t value : {0ull, 1ull, 255ull, 256ull, 0x0102030405060708ull, ~0ull}) {
    std::string bytes;
    AppendBigEndian64(&bytes, value);
    ASSERT_EQ(bytes.size(), 8u);
    EXPECT_EQ(ReadBigEndian64(bytes), value);
  }
  for (const std::uint32_t value : {0u, 1u, 0x01020304u, ~0u}) {
    std::string bytes;
    AppendBigEndian32(&bytes, value);
    ASSERT_EQ(bytes.size(), 4u);
    EXPECT_EQ(ReadBigEndian32(bytes), value);
  }
}

TEST(BigEndian, SortsLikeTheNumbers) {
  std::string previous;
  for (const std::uint64_t value : {0ull, 1ull, 127ull, 128ull, 255ull, 256ull, 65535ull, 65536ull,
                                    1ull << 31, 1ull << 32, 1ull << 63, ~0ull}) {
    std::string bytes;
    AppendBigEndian64(&bytes, value);
    EXPECT_LT(previous, bytes) << value;
    previous = bytes;
  }
}

}  // namespace
}  // namespace sumlog
