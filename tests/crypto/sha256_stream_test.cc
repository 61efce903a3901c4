// Goal: a message in pieces has the hash of the message.
// Method: messages of many lengths, cut at random, against the one-shot function.

#include "crypto/sha256_stream.h"

#include <algorithm>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace sumlog::crypto {
namespace {

TEST(Sha256Stream, HashesPiecesAsTheWhole) {
  std::mt19937_64 random(1);
  Sha256Stream stream;  // one for all: Finish begins a new message
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string text(size, static_cast<char>(size));
    absl::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t piece = std::min<std::size_t>(rest.size(), random() % 70);
      stream.Add(rest.substr(0, piece));
      rest.remove_prefix(piece);
    }
    ASSERT_EQ(stream.Finish(), Sha256(text)) << size;
  }
}

TEST(Sha256Stream, HashesNothingWhenNothingCame) {
  Sha256Stream stream;
  EXPECT_EQ(stream.Finish(), Sha256(""));
}

}  // namespace
}  // namespace sumlog::crypto
