// Goal: SHA-256 is that of FIPS 180-4, from every engine, for messages of every shape.
// Method: vectors of NIST for the public functions. Then every engine of this machine against
// OpenSSL over all lengths around block boundaries, all pairs of shapes, odd addresses, and results
// written over their own input.

#include "crypto/sha256.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "crypto/sha256_kernel.h"
#include "gtest/gtest.h"

namespace sumlog::crypto {
namespace {

constexpr std::size_t kMaxLength = 300;

std::string Hex(const Digest& digest) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string RandomText(std::mt19937_64& random, std::size_t length) {
  std::string text(length, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

// Of prefix ‖ bytes, by way of one contiguous copy.
Digest Oracle(absl::string_view prefix, absl::string_view bytes) {
  const std::string whole = absl::StrCat(prefix, bytes);
  Digest digest;
  OpenSslKernel().hash_one({.prefix = {}, .bytes = whole}, &digest);
  return digest;
}

TEST(Sha256, AgreesWithTheVectorsOfNist) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Hex(Sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, LeavesAndNodesCarryTheirPrefix) {
  EXPECT_EQ(Sha256Leaf("record"), Oracle("", absl::string_view("\0record", 7)));
  const Digest left = Sha256("left");
  const Digest right = Sha256("right");
  std::string message = "\x01";
  message.append(reinterpret_cast<const char*>(left.data()), left.size());
  message.append(reinterpret_cast<const char*>(right.data()), right.size());
  EXPECT_EQ(Sha256Node(left, right), Oracle("", message));
}

TEST(Sha256, BatchesOfLeavesAreTheSameAsOneByOne) {
  std::mt19937_64 random(2);
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) texts.push_back(RandomText(random, random() % 400));
    const std::vector<absl::string_view> records(texts.begin(), texts.end());
    std::vector<Digest> digests(count);
    Sha256Leaves(records, absl::MakeSpan(digests));
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(digests[i], Sha256Leaf(texts[i]));
  }
}

TEST(Sha256, BatchesOfNodesAreTheSameAsOneByOneAlsoInPlace) {
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<Digest> children;
    for (std::size_t i = 0; i < 2 * count; ++i) children.push_back(Sha256(absl::StrCat(i)));
    std::vector<Digest> want;
    for (std::size_t i = 0; i < count; ++i) {
      want.push_back(Sha256Node(children[2 * i], children[2 * i + 1]));
    }
    std::vector<Digest> parents(count);
    Sha256Nodes(children, absl::MakeSpan(parents));
    EXPECT_EQ(parents, want);
    Sha256Nodes(children, absl::MakeSpan(children).first(count));
    children.resize(count);
    EXPECT_EQ(children, want);
  }
}

std::vector<const Sha256Kernel*> Kernels() {
  std::vector<const Sha256Kernel*> kernels = {&OpenSslKernel()};
  if (ShaNiKernel() != nullptr) kernels.push_back(ShaNiKernel());
  return kernels;
}

class KernelTest : public testing::TestWithParam<const Sha256Kernel*> {};

TEST_P(KernelTest, HashesEveryLengthWithAndWithoutPrefix) {
  std::mt19937_64 random(3);
  for (std::size_t length = 0; length <= kMaxLength; ++length) {
    const std::string text = RandomText(random, length);
    for (const absl::string_view prefix : {absl::string_view(), absl::string_view("\x01")}) {
      Digest digest;
      GetParam()->hash_one({.prefix = prefix, .bytes = text}, &digest);
      ASSERT_EQ(digest, Oracle(prefix, text)) << length;
    }
  }
}

TEST_P(KernelTest, HashesEveryPairOfLengths) {
  std::mt19937_64 random(4);
  const std::string text = RandomText(random, kMaxLength);
  std::vector<Digest> plain, prefixed;
  for (std::size_t length = 0; length <= kMaxLength; ++length) {
    plain.push_back(Oracle("", text.substr(0, length)));
    prefixed.push_back(Oracle("\x07", text.substr(0, length)));
  }
  for (std::size_t a = 0; a <= kMaxLength; ++a) {
    for (std::size_t b = 0; b <= kMaxLength; ++b) {
      Digest first, second;
      GetParam()->hash_two({.prefix = "\x07", .bytes = absl::string_view(text).substr(0, a)},
                           {.prefix = {}, .bytes = absl::string_view(text).substr(0, b)}, &first,
                           &second);
      ASSERT_EQ(first, prefixed[a]) << a << ", " << b;
      ASSERT_EQ(second, plain[b]) << a << ", " << b;
    }
  }
}

TEST_P(KernelTest, HashesLongMessagesAtOddAddresses) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 200; ++i) {
    const std::string one = RandomText(random, random() % 70'000);
    const std::string two = RandomText(random, random() % 5'000);
    const absl::string_view first =
        absl::string_view(one).substr(std::min<std::size_t>(one.size(), 1 + random() % 15));
    const absl::string_view second =
        absl::string_view(two).substr(std::min<std::size_t>(two.size(), 1 + random() % 15));
    Digest digests[2];
    GetParam()->hash_two({.prefix = "a", .bytes = first}, {.prefix = "b", .bytes = second},
                         &digests[0], &digests[1]);
    ASSERT_EQ(digests[0], Oracle("a", first));
    ASSERT_EQ(digests[1], Oracle("b", second));
  }
}

TEST_P(KernelTest, MayWriteOverItsInput) {
  std::string memory(128, 'x');
  const Digest want_first = Oracle("\x01", memory.substr(0, 64));
  const Digest want_second = Oracle("\x01", memory.substr(64));
  alignas(Digest) unsigned char buffer[128];
  std::memcpy(buffer, memory.data(), sizeof(buffer));
  auto* const digests = reinterpret_cast<Digest*>(buffer);
  const absl::string_view bytes(reinterpret_cast<const char*>(buffer), sizeof(buffer));
  GetParam()->hash_two({.prefix = "\x01", .bytes = bytes.substr(0, 64)},
                       {.prefix = "\x01", .bytes = bytes.substr(64)}, &digests[0], &digests[1]);
  EXPECT_EQ(digests[0], want_first);
  EXPECT_EQ(digests[1], want_second);
}

// The kernel is named in each test's name by its position: 0 is OpenSSL, 1 the SHA instructions.
INSTANTIATE_TEST_SUITE_P(EveryEngine, KernelTest, testing::ValuesIn(Kernels()));

}  // namespace
}  // namespace sumlog::crypto
