// Goal: a proof file has one spelling, says what it proves, and nothing next to a true one passes.
// Method: the example of the specification's form with a head of ours; every line broken in each
// way; true proofs of every record of small trees by the slow reference, damaged part by part.

#include "sumlog/tlog/proof_file.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/reference_tree.h"

namespace sumlog::tlog {
namespace {

using ::testing::HasSubstr;

Signer TestSigner(absl::string_view name, std::uint8_t seed_byte) {
  Ed25519Seed seed = {};
  seed.fill(seed_byte);
  return *Signer::FromSeed(name, seed);
}

const Signer& Log() {
  static const Signer* const signer = new Signer(TestSigner("sum.example.com", 1));
  return *signer;
}

absl::Span<const VerifierKey> LogKey() { return {&Log().verifier(), 1}; }

// The proof of record `index` of the first `size` test records.
ProofFile TrueFile(std::uint64_t index, std::uint64_t size) {
  const std::vector<Hash> leaves = TestLeaves(size);
  return {.extra = TestRecord(index),
          .index = index,
          .path = ReferenceInclusionPath(index, leaves),
          .note = SignTreeHead(ReferenceHead(leaves), {&Log(), 1})->note};
}

absl::Status Verify(const ProofFile& file) {
  return VerifyProofFile(file, LeafHash(file.extra), LogKey()).status();
}

TEST(ProofFile, HasTheFormOfTheSpecification) {
  const ProofFile file = TrueFile(2, 5);
  EXPECT_EQ(*FormatProofFile(file),
            absl::StrCat("c2sp.org/tlog-proof@v1\nextra cmVjb3JkIDI=\nindex 2\n",
                         FormatHash(file.path[0]), "\n", FormatHash(file.path[1]), "\n",
                         FormatHash(file.path[2]), "\n\n", file.note));
  ProofFile bare = TrueFile(0, 1);
  bare.extra.clear();
  EXPECT_EQ(*FormatProofFile(bare), absl::StrCat("c2sp.org/tlog-proof@v1\nindex 0\n\n", bare.note));
}

TEST(ProofFile, IsReadAsItWasWritten) {
  for (std::uint64_t size = 1; size <= 20; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      ProofFile file = TrueFile(index, size);
      EXPECT_EQ(*ParseProofFile(*FormatProofFile(file)), file);
      file.extra.clear();
      EXPECT_EQ(*ParseProofFile(*FormatProofFile(file)), file);
    }
  }
}

TEST(ProofFile, MayHoldCosignaturesAndMoreLinesOfTheHead) {
  ProofFile file = TrueFile(1, 3);
  const Signer witness = TestSigner("witness.example", 2);
  const std::string text = absl::StrCat(FormatTreeHead(ReferenceHead(TestLeaves(3))), "more\n");
  const std::vector<Signer> signers = {witness, Log()};
  file.note = *SignNote(text, signers);
  const absl::StatusOr<ProofFile> read = ParseProofFile(*FormatProofFile(file));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, file);
  EXPECT_EQ(Verify(*read), absl::OkStatus());
}

TEST(ParseProofFile, RefusesEveryOtherSpelling) {
  const ProofFile file = TrueFile(2, 5);
  const std::string good = *FormatProofFile(file);
  const std::string hash = FormatHash(file.path[1]);
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"},
      {"c2sp.org/tlog-proof@v1\n", ""},
      {"c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\r\n"},
      {"c2sp.org",
       "\xef\xbb\xbf"
       "c2sp.org"},
      {"extra cmVjb3JkIDI=", "extra "},
      {"extra cmVjb3JkIDI=", "extra"},
      {"extra cmVjb3JkIDI=", "extra cmVjb3JkIDI"},
      {"extra cmVjb3JkIDI=", "extra cmVjb3JkIDJ="},
      {"extra cmVjb3JkIDI=", "extra  cmVjb3JkIDI="},
      {"extra cmVjb3JkIDI=", "extra cmVjb3JkIDI= "},
      {"extra cmVjb3JkIDI=", "extra cmVj b3JkIDI="},
      {"extra cmVjb3JkIDI=\n", "extra cmVjb3JkIDI=\nextra cmVjb3JkIDI=\n"},
      {"extra cmVjb3JkIDI=\nindex 2\n", "index 2\nextra cmVjb3JkIDI=\n"},
      {"index 2\n", ""},
      {"index 2", "index 02"},
      {"index 2", "index +2"},
      {"index 2", "index  2"},
      {"index 2", "index 2 "},
      {"index 2", "index "},
      {"index 2", "index -1"},
      {"index 2", "index 0x2"},
      {"index 2", "index 9223372036854775808"},
      {"index 2", "Index 2"},
      {hash, hash.substr(1)},
      {hash, hash.substr(0, 43)},
      {hash, hash + "="},
      {hash, " " + hash},
      {hash, hash + "\r"},
      {hash, "AAAA"},
      {"\n\ngo.sum database tree", "\ngo.sum database tree"},
      {"\n\ngo.sum database tree", "\n\n\ngo.sum database tree\x01"},
      {"— sum", "- sum"},
  };
  ASSERT_TRUE(ParseProofFile(good).ok());
  for (const auto& [from, to] : changes) {
    const std::string bad = absl::StrReplaceAll(good, {{from, to}});
    ASSERT_NE(bad, good) << from;
    const absl::Status status = ParseProofFile(bad).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << from << " → " << to << ": " << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), "malformed proof file: ")) << status;
  }
}

TEST(ParseProofFile, RefusesEveryFileThatWasCutOff) {
  const std::string good = *FormatProofFile(TrueFile(2, 5));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseProofFile(good.substr(0, size)).status())) << size;
  }
  EXPECT_FALSE(ParseProofFile(good + "x").ok());
  EXPECT_FALSE(ParseProofFile(good + "\n").ok());
}

TEST(ParseProofFile, NamesTheLine) {
  const ProofFile file = TrueFile(2, 5);
  const std::string bad =
      absl::StrReplaceAll(*FormatProofFile(file), {{FormatHash(file.path[1]), "AAAA"}});
  EXPECT_EQ(ParseProofFile(bad).status().message(),
            "malformed proof file: line 5: hash has 3 bytes, want 32");
}

TEST(ProofFile, StaysWithinItsBounds) {
  ProofFile file = TrueFile(2, 5);
  file.path.resize(kMaxProofHashes);
  file.extra = std::string(kMaxProofExtraBytes, 'x');
  file.index = 0x7fff'ffff'ffff'ffff;
  const std::string longest = *FormatProofFile(file);
  EXPECT_EQ(*ParseProofFile(longest), file);
  EXPECT_LE(longest.size() - file.note.size() + kMaxNoteSizeBytes, kMaxProofFileBytes);

  ProofFile more = file;
  more.path.emplace_back();
  EXPECT_TRUE(absl::IsInvalidArgument(FormatProofFile(more).status()));
  const std::string hash = FormatHash(Hash{}) + "\n";
  EXPECT_THAT(std::string(ParseProofFile(absl::StrReplaceAll(
                                             longest, {{"\n\ngo.sum", "\n" + hash + "\ngo.sum"}}))
                              .status()
                              .message()),
              HasSubstr("more than 63 hashes"));
  more = file;
  more.extra += 'x';
  EXPECT_TRUE(absl::IsInvalidArgument(FormatProofFile(more).status()));
  more = file;
  ++more.index;
  EXPECT_TRUE(absl::IsInvalidArgument(FormatProofFile(more).status()));
  more = file;
  more.note = "no note\n";
  EXPECT_TRUE(absl::IsInvalidArgument(FormatProofFile(more).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ParseProofFile(std::string(kMaxProofFileBytes + 1, 'x')).status()));
}

TEST(VerifyProofFile, AcceptsEveryTrueProof) {
  for (std::uint64_t size = 1; size <= 35; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const ProofFile file = TrueFile(index, size);
      const absl::StatusOr<SignedTreeHead> head =
          VerifyProofFile(file, LeafHash(file.extra), LogKey());
      ASSERT_TRUE(head.ok()) << head.status();
      EXPECT_EQ(head->head.size, size);
      EXPECT_EQ(head->note, file.note);
    }
  }
}

TEST(VerifyProofFile, CallsEveryContradictionTampering) {
  const ProofFile good = TrueFile(2, 5);
  std::vector<ProofFile> bad;
  for (std::size_t i = 0; i < good.path.size(); ++i) {
    bad.push_back(good);
    bad.back().path[i][31] ^= 1;
  }
  bad.push_back(good);
  bad.back().path.pop_back();
  bad.push_back(good);
  bad.back().path.emplace_back();
  for (const int other : {0, 1, 3, 4, 5, 1000}) {
    bad.push_back(good);
    bad.back().index = static_cast<std::uint64_t>(other);
  }
  bad.push_back(good);
  bad.back().extra += "!";
  bad.push_back(good);
  bad.back().note = TrueFile(2, 6).note;
  bad.push_back(good);
  bad.back().note = absl::StrReplaceAll(good.note, {{"tree\n5\n", "tree\n6\n"}});
  for (const ProofFile& file : bad) {
    EXPECT_TRUE(absl::IsDataLoss(Verify(file))) << *FormatProofFile(file) << Verify(file);
  }
}

TEST(VerifyProofFile, TellsAnotherKeyAndAnotherKindOfNote) {
  ProofFile file = TrueFile(2, 5);
  const VerifierKey other = TestSigner("sum.example.com", 3).verifier();
  EXPECT_TRUE(absl::IsNotFound(VerifyProofFile(file, LeafHash(file.extra), {other}).status()));
  file.note = *SignNote("sum.example.com\n5\nAAAA\n", {&Log(), 1});
  EXPECT_TRUE(absl::IsInvalidArgument(Verify(file)));
}

}  // namespace
}  // namespace sumlog::tlog
