// Goal: tree heads have the one text that `go` signs and checks.
// Method: notes that sum.golang.org signed between 2020 and 2026, then each line of them damaged.

#include "sumlog/tlog/tree_head.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace sumlog::tlog {
namespace {

constexpr absl::string_view kGoogleKey =
    "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

const struct {
  std::uint64_t size;
  absl::string_view root, signature;
} kRealHeads[] = {
    {1'514'086, "kn9DgqDhXzoZMM8828SQsbuovr/WRn7QfFd5Qe1rpwA=",
     "Az3grunuggF5mKymPJeK/l9Pq71lOg/"
     "rAVkQVCzGkWRJcnS3ZFunzveHr9PAH8LFsuhpcCWzGDNrn9FFDyXm/66tBg8="},
    {35'225'469, "vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=",
     "Az3grpukl5AXaVfYkLiDGORx/"
     "DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ="},
    {71'769'961, "O0jlIxwRb2vZYS1na726XLlaDCtCqKUVLld+AY32AGA=",
     "Az3grufbQia/"
     "eVmOpUINcw1UBa6rB6ikK2tQHD1unUUvIMEXtMyuoYzc+kL7vaGESkPcmXTD1s5Cu55o14FrOYfragA="},
};

Signer TestSigner(absl::string_view name, std::uint8_t seed_byte) {
  Ed25519Seed seed = {};
  seed.fill(seed_byte);
  return *Signer::FromSeed(name, seed);
}

TEST(OpenTreeHead, OpensRealHeadsOfSumGolangOrg) {
  for (const auto& real : kRealHeads) {
    const std::string note = absl::StrCat("go.sum database tree\n", real.size, "\n", real.root,
                                          "\n\n— sum.golang.org ", real.signature, "\n");
    const absl::StatusOr<SignedTreeHead> head =
        OpenTreeHead(note, {*VerifierKey::Parse(kGoogleKey)});
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_EQ(head->head.size, real.size);
    EXPECT_EQ(FormatHash(head->head.root), real.root);
    EXPECT_EQ(head->note, note);

    const std::string other_size =
        absl::StrReplaceAll(note, {{absl::StrCat(real.size), absl::StrCat(real.size + 1)}});
    EXPECT_TRUE(
        absl::IsDataLoss(OpenTreeHead(other_size, {*VerifierKey::Parse(kGoogleKey)}).status()));
  }
}

TEST(OpenTreeHead, OpensWhatSignTreeHeadSigned) {
  const Signer old_key = TestSigner("sum.corp.example", 1);
  const Signer new_key = TestSigner("sum.corp.example", 2);
  const TreeHead head = {.size = 3, .root = LeafHash("root")};
  const absl::StatusOr<SignedTreeHead> sealed = SignTreeHead(head, {old_key, new_key});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(sealed->head, head);
  // Either key alone is enough, as while keys are rotated.
  for (const Signer& signer : {old_key, new_key}) {
    const absl::StatusOr<SignedTreeHead> opened = OpenTreeHead(sealed->note, {signer.verifier()});
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->head, head);
  }
  EXPECT_TRUE(absl::IsNotFound(
      OpenTreeHead(sealed->note, {TestSigner("sum.corp.example", 3).verifier()}).status()));
}

TEST(OpenTreeHead, RefusesAnotherSignedNote) {
  const Signer signer = TestSigner("a", 1);
  const std::string note = *SignNote("something else\n", {signer});
  EXPECT_TRUE(absl::IsInvalidArgument(OpenTreeHead(note, {signer.verifier()}).status()));
}

TEST(SignTreeHead, RefusesNoSignerAndSizesThatGoCannotCount) {
  const Signer signer = TestSigner("a", 1);
  EXPECT_TRUE(absl::IsInvalidArgument(SignTreeHead({}, {}).status()));
  const std::uint64_t largest = (std::uint64_t{1} << 63) - 1;
  EXPECT_TRUE(SignTreeHead({.size = largest, .root = {}}, {signer}).ok());
  EXPECT_TRUE(
      absl::IsInvalidArgument(SignTreeHead({.size = largest + 1, .root = {}}, {signer}).status()));
}

TEST(ParseTreeHead, IsTheInverseOfFormatTreeHead) {
  for (const std::uint64_t size :
       {0ull, 1ull, 10ull, 71'769'961ull, 9'223'372'036'854'775'807ull}) {
    const TreeHead head = {.size = size, .root = LeafHash(absl::StrCat(size))};
    const absl::StatusOr<TreeHead> parsed = ParseTreeHead(FormatTreeHead(head));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, head);
  }
}

TEST(ParseTreeHead, IgnoresLinesAfterTheThird) {
  const TreeHead head = {.size = 2, .root = EmptyRoot()};
  EXPECT_EQ(*ParseTreeHead(FormatTreeHead(head) + "an extension\n\nno newline"), head);
}

TEST(ParseTreeHead, RefusesEveryDamage) {
  const std::string root = FormatHash(EmptyRoot());
  const std::string first = "go.sum database tree\n";
  for (const std::string& bad :
       std::vector<std::string>{"",
                                first,
                                first + "2\n",
                                first + "2\n" + root,
                                "go.sum database tree",
                                "\n" + first + "2\n" + root + "\n",
                                " " + first + "2\n" + root + "\n",
                                "go.sum database tree v2\n2\n" + root + "\n",
                                "Go.sum database tree\n2\n" + root + "\n",
                                "go.sum database tree\r\n2\n" + root + "\n",
                                first + "\n" + root + "\n",
                                first + "02\n" + root + "\n",
                                first + "+2\n" + root + "\n",
                                first + "-2\n" + root + "\n",
                                first + " 2\n" + root + "\n",
                                first + "2 \n" + root + "\n",
                                first + "2\r\n" + root + "\n",
                                first + "0x2\n" + root + "\n",
                                first + "00\n" + root + "\n",
                                first + "9223372036854775808\n" + root + "\n",
                                first + "18446744073709551618\n" + root + "\n",
                                first + "99999999999999999999999999\n" + root + "\n",
                                first + "2\n\n" + root + "\n",
                                first + "2\n" + root + " \n",
                                first + "2\n" + root + "=\n",
                                first + "2\n" + root.substr(0, 43) + "\n",
                                first + "2\nAAAA\n",
                                first + "2\n\n",
                                first + root + "\n2\n"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseTreeHead(bad).status())) << bad;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(
      ParseTreeHead(FormatTreeHead({}) + std::string(kMaxNoteSizeBytes, 'a')).status()));
}

}  // namespace
}  // namespace sumlog::tlog
