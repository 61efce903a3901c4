// Goal: hashes of records and nodes are those of real checksum databases; their text has one form.
// Method: a record of sum.golang.org with its known hash, RFC 6962's empty root, batches against
// single calls, and damaged base64.

#include "sumlog/tlog/hash.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "support/reference_tree.h"

namespace sumlog::tlog {
namespace {

constexpr absl::string_view kNetRecord =
    "golang.org/x/net v0.0.0-20180627171509-e514e69ffb8b "
    "h1:oXs/nlnyk1ue6g+mFGEHIuIaQIT28IgumdSIRMq2aJY=\n"
    "golang.org/x/net v0.0.0-20180627171509-e514e69ffb8b/go.mod "
    "h1:mL1N/T3taQHkDXs73rZJwtUhF3w3ftmwwsq0BUmARs4=\n";

TEST(LeafHash, AgreesWithTheFirstRecordOfSumGolangOrg) {
  ASSERT_EQ(kNetRecord.size(), 207u);
  EXPECT_EQ(FormatHash(LeafHash(kNetRecord)), "EZnv+TXj8lLgdvMwla+5/AtwF1gimjH0ZTGvnSg8Yng=");
}

TEST(EmptyRoot, IsTheHashOfNothing) {
  EXPECT_EQ(FormatHash(EmptyRoot()), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST(NodeHash, DependsOnTheOrder) {
  const std::vector<Hash> leaves = TestLeaves(2);
  EXPECT_NE(NodeHash(leaves[0], leaves[1]), NodeHash(leaves[1], leaves[0]));
}

TEST(NodeHash, IsNoLeafHashOfTheSameBytes) {
  const std::vector<Hash> leaves = TestLeaves(2);
  EXPECT_NE(NodeHash(leaves[0], leaves[1]), LeafHash(HashesAsBytes(leaves)));
}

TEST(Batches, AreTheSameAsOneByOne) {
  for (std::size_t count : {0u, 1u, 2u, 3u, 256u, 257u}) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) texts.push_back(TestRecord(i));
    const std::vector<absl::string_view> records(texts.begin(), texts.end());
    std::vector<Hash> leaves(count);
    LeafHashes(records, absl::MakeSpan(leaves));
    EXPECT_EQ(leaves, TestLeaves(count));

    leaves.resize(count / 2 * 2);
    std::vector<Hash> want;
    for (std::size_t i = 0; i + 1 < leaves.size(); i += 2) {
      want.push_back(NodeHash(leaves[i], leaves[i + 1]));
    }
    NodeHashes(leaves, absl::MakeSpan(leaves).first(leaves.size() / 2));
    leaves.resize(leaves.size() / 2);
    EXPECT_EQ(leaves, want);
  }
}

TEST(ParseHash, IsTheInverseOfFormatHash) {
  for (const Hash& hash : TestLeaves(100)) {
    const std::string text = FormatHash(hash);
    EXPECT_EQ(text.size(), 44u);
    const absl::StatusOr<Hash> parsed = ParseHash(text);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, hash);
  }
}

TEST(ParseHash, RefusesAnyOtherText) {
  const std::string good = FormatHash(EmptyRoot());
  for (const std::string& bad :
       {std::string(), good.substr(1), good.substr(0, 43), good + "=", good + "\n", " " + good,
        good + "AAAA", good.substr(0, 40), std::string(44, '='), std::string(44, 'A'),
        // The last letter holds two bits beyond the last byte.
        good.substr(0, 42) + "V="}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseHash(bad).status())) << bad;
  }
}

TEST(HashesAsBytes, LaysTheHashesInARow) {
  const std::vector<Hash> leaves = TestLeaves(3);
  const absl::string_view bytes = HashesAsBytes(leaves);
  ASSERT_EQ(bytes.size(), 96u);
  EXPECT_EQ(static_cast<std::uint8_t>(bytes[64]), leaves[2][0]);
  EXPECT_TRUE(HashesAsBytes({}).empty());
}

}  // namespace
}  // namespace sumlog::tlog
