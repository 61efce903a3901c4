// Goal: a manifest comes back as it was signed, in one form only, and can be taken for nothing
// else. Method: one manifest, signed; then every line is changed and signed again, as the owner of
// the key never would.

#include "backup/manifest.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/test_log.h"

namespace sumlog::backup {
namespace {

using ::sumlog::testing::MakeSigner;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Manifest SomeManifest(const tlog::Signer& signer) {
  Manifest manifest;
  manifest.key = signer.verifier().ToString();
  manifest.label = "nightly";
  manifest.made_at = absl::FromUnixMicros(1'800'000'000'123'456);
  manifest.head = *tlog::SignTreeHead({.size = 7, .root = tlog::LeafHash("x")},
                                      absl::MakeConstSpan(&signer, 1));
  manifest.files = {{.name = "000004.sst", .size_bytes = 9, .sha256 = crypto::Sha256("a")},
                    {.name = "CURRENT", .size_bytes = 0, .sha256 = crypto::Sha256("")}};
  return manifest;
}

TEST(Manifest, ComesBackAsItWasSigned) {
  const tlog::Signer signer = MakeSigner();
  const Manifest manifest = SomeManifest(signer);
  const auto note = SignManifest(manifest, signer);
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_THAT(*note, StartsWith("sumlog backup v1\nkey sum.example.com+"));
  EXPECT_THAT(*note, HasSubstr("\nlabel nightly\nmade 2027-01-15T08:00:00.123456Z\nsize 7\n"));
  const auto opened = OpenManifest(*note, signer.verifier());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->key, manifest.key);
  EXPECT_EQ(opened->label, "nightly");
  EXPECT_EQ(opened->made_at, manifest.made_at);
  EXPECT_EQ(opened->head.note, manifest.head.note);
  EXPECT_EQ(opened->files, manifest.files);
  EXPECT_EQ(opened->size_bytes(), 9u);
}

TEST(Manifest, IsNoTreeHeadAndATreeHeadIsNoManifest) {
  const tlog::Signer signer = MakeSigner();
  const Manifest manifest = SomeManifest(signer);
  const auto keys = absl::MakeConstSpan(&signer.verifier(), 1);
  EXPECT_FALSE(tlog::OpenTreeHead(*SignManifest(manifest, signer), keys).ok());
  const auto head = OpenManifest(manifest.head.note, signer.verifier());
  EXPECT_TRUE(absl::IsInvalidArgument(head.status())) << head.status();
}

TEST(Manifest, OfAnotherKeyAndAChangedOneAreToldApart) {
  const tlog::Signer signer = MakeSigner();
  const std::string note = *SignManifest(SomeManifest(signer), signer);
  for (const tlog::Signer& other :
       {MakeSigner("sum.example.com", 2), MakeSigner("other.example.com", 1)}) {
    EXPECT_TRUE(absl::IsUnauthenticated(OpenManifest(note, other.verifier()).status()));
  }
  for (std::size_t i = 0; i < note.size(); i += 7) {
    std::string changed = note;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    EXPECT_FALSE(OpenManifest(changed, signer.verifier()).ok()) << i;
  }
  EXPECT_TRUE(absl::IsDataLoss(
      OpenManifest(absl::StrReplaceAll(note, {{"nightly", "nightlz"}}), signer.verifier())
          .status()));
  EXPECT_TRUE(absl::IsInvalidArgument(OpenManifest("", signer.verifier()).status()));
}

TEST(Manifest, HasOneFormOnly) {
  const tlog::Signer signer = MakeSigner();
  const std::string note = *SignManifest(SomeManifest(signer), signer);
  const std::string text = note.substr(0, note.find("\n\n") + 1);
  const auto reopen = [&](const std::string& changed) {
    return OpenManifest(*tlog::SignNote(changed, absl::MakeConstSpan(&signer, 1)),
                        signer.verifier())
        .status();
  };
  ASSERT_EQ(reopen(text), absl::OkStatus());
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"backup v1", "backup v2"},  {"size 7", "size 8"},
      {"size 7", "size 07"},       {"label nightly", "label ../nightly"},
      {"label nightly\n", ""},     {"made 2027", "made  2027"},
      {"000004.sst", "../04.sst"}, {"000004.sst", "a/b"},
      {"000004.sst", ".hidden"},   {"000004.sst", "DONT"},  // not in order any more
      {"000004.sst", "CURRENT"},                            // twice
      {"file 9 ", "file 09 "},     {"file 9 ", "file -9 "},
      {"file 9 ", "file 9  "},     {"CURRENT\n", "CURRENT\nmore\n"},
  };
  for (const auto& [from, to] : changes) {
    EXPECT_TRUE(absl::IsInvalidArgument(reopen(absl::StrReplaceAll(text, {{from, to}}))))
        << from << " -> " << to;
  }
}

TEST(Manifest, IsNotSignedOverNamesThatLeaveTheFolder) {
  const tlog::Signer signer = MakeSigner();
  Manifest manifest = SomeManifest(signer);
  manifest.files[0].name = "../x";
  EXPECT_TRUE(absl::IsInvalidArgument(SignManifest(manifest, signer).status()));
  manifest = SomeManifest(signer);
  manifest.label = "a/b";
  EXPECT_TRUE(absl::IsInvalidArgument(SignManifest(manifest, signer).status()));
  manifest = SomeManifest(signer);
  manifest.files.resize(20'000, manifest.files[0]);
  EXPECT_TRUE(absl::IsInvalidArgument(SignManifest(manifest, signer).status()));
}

}  // namespace
}  // namespace sumlog::backup
