// Goal: notes and keys are those of x/mod, byte for byte, and every deviation is refused with the
// code that tells a broken note from a stranger's and from a forged one.
// Method: keys and notes published with x/mod and by sum.golang.org, then each of their parts
// damaged in turn.

#include "sumlog/tlog/note.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace sumlog::tlog {
namespace {

constexpr absl::string_view kNeumannKey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr absl::string_view kNeumannSecret =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr absl::string_view kNeumannText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr absl::string_view kNeumannLine =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

constexpr absl::string_view kGoogleKey =
    "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

std::string NeumannNote() { return absl::StrCat(kNeumannText, "\n", kNeumannLine); }

VerifierKey Key(absl::string_view text) {
  absl::StatusOr<VerifierKey> key = VerifierKey::Parse(text);
  EXPECT_TRUE(key.ok()) << key.status();
  return *std::move(key);
}

Signer TestSigner(absl::string_view name, std::uint8_t seed_byte) {
  Ed25519Seed seed = {};
  seed.fill(seed_byte);
  return *Signer::FromSeed(name, seed);
}

absl::StatusCode OpenCode(absl::string_view note, absl::string_view key = kNeumannKey) {
  return OpenNote(note, {Key(key)}).status().code();
}

TEST(CheckKeyName, RefusesWhatANoteLineCannotHold) {
  for (const absl::string_view good : {"a", "sum.corp.example", "host/path", "名", "a-b_c~!@#"}) {
    EXPECT_EQ(CheckKeyName(good), absl::OkStatus()) << good;
  }
  for (const absl::string_view bad :
       {"", "a b", "a+b", "+", " ", "a\n", "a\tb", "a\xc2\xa0", "\xe3\x80\x80",
        "\xe2\x80\x8a"
        "b",
        "a\xff", "\xc3"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckKeyName(bad))) << bad;
  }
}

TEST(VerifierKey, RoundTripsPublishedKeys) {
  for (const absl::string_view text : {kNeumannKey, kGoogleKey}) {
    EXPECT_EQ(Key(text).ToString(), text);
  }
  EXPECT_EQ(Key(kGoogleKey).name(), "sum.golang.org");
  EXPECT_EQ(Key(kGoogleKey).key_hash(), 0x033de0aeu);
}

TEST(VerifierKey, RefusesEveryDamage) {
  for (const absl::string_view bad :
       {"", "+", "++", "sum.golang.org", "sum.golang.org+033de0ae", "sum.golang.org+033de0ae+",
        // Name, hash, key: changed, cut, decorated.
        "sum.golang.com+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+33de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+0x3de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+ 33de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn9",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuA==",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\n",
        " sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        // A good hash over algorithm 4, and over a key of one byte.
        "PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(VerifierKey::Parse(bad).status())) << bad;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(VerifierKey::Parse(std::string(5000, 'a')).status()));
}

TEST(VerifierKey, NeverQuotesAPrivateKeyGivenInItsPlace) {
  const absl::Status status = VerifierKey::Parse(kNeumannSecret).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_FALSE(absl::StrContains(status.message(), "AYEKFALV"));
}

TEST(Signer, RoundTripsThePublishedKey) {
  const absl::StatusOr<Signer> signer = Signer::Parse(kNeumannSecret);
  ASSERT_TRUE(signer.ok()) << signer.status();
  EXPECT_EQ(signer->ToSecretString(), kNeumannSecret);
  EXPECT_EQ(signer->verifier().ToString(), kNeumannKey);
}

TEST(Signer, RefusesEveryDamageWithoutQuotingTheSecret) {
  for (const absl::string_view bad :
       {"", "PRIVATE+KEY", "PRIVATE+KEY+", "PRIVATE+KEY+PeterNeumann+c74f20a3+",
        "PRIVATE+KEY+PeterNeumann+c74f20a4+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
        "PRIVATE+KEY+PeterNeumanm+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDF0",
        "PRIVATE+KEY+PeterNeumann+c74f20a3+BYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKA==",
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n",
        "private+key+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"}) {
    const absl::Status status = Signer::Parse(bad).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << bad;
    EXPECT_FALSE(absl::StrContains(status.message(), "EKFALV")) << status;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(Signer::Parse(kNeumannKey).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Signer::FromSeed("a b", {}).status()));
}

TEST(SignNote, MakesThePublishedNote) {
  const absl::StatusOr<std::string> note = SignNote(kNeumannText, {*Signer::Parse(kNeumannSecret)});
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(*note, NeumannNote());
}

TEST(SignNote, KeepsOldSignaturesInFront) {
  const Note old = *OpenNote(NeumannNote(), {Key(kNeumannKey)});
  const Signer signer = TestSigner("sum.corp.example", 1);
  const std::string note = *SignNote(kNeumannText, {signer}, old.verified);
  EXPECT_TRUE(absl::StartsWith(note, NeumannNote()));
  const Note opened = *OpenNote(note, {signer.verifier(), Key(kNeumannKey)});
  ASSERT_EQ(opened.verified.size(), 2u);
  EXPECT_EQ(opened.verified[0], old.verified[0]);
  EXPECT_EQ(opened.verified[1].name, "sum.corp.example");
}

TEST(SignNote, RefusesTextThatNoNoteCanHold) {
  const Signer signer = TestSigner("a", 1);
  for (const absl::string_view bad :
       {"", "no newline", "tab\t\n", "return\r\n", "\xff\n", "cut \xe2\x80\n"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(SignNote(bad, {signer}).status())) << bad;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(
      SignNote(std::string(kMaxNoteSizeBytes - 1, 'a') + "\n", {signer}).status()));
}

TEST(SignNote, RefusesNoSignatureTheSameKeyTwiceAndTooMany) {
  const Signer signer = TestSigner("a", 1);
  EXPECT_TRUE(absl::IsInvalidArgument(SignNote("text\n", {}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(SignNote("text\n", {signer, signer}).status()));
  const Note note = *OpenNote(*SignNote("text\n", {signer}), {signer.verifier()});
  EXPECT_TRUE(absl::IsInvalidArgument(SignNote("text\n", {signer}, note.verified).status()));
  std::vector<Signer> many;
  for (std::size_t i = 0; i <= kMaxNoteSignatures; ++i) {
    many.push_back(TestSigner(absl::StrCat("key", i), 1));
  }
  EXPECT_TRUE(absl::IsInvalidArgument(SignNote("text\n", many).status()));
  many.pop_back();
  EXPECT_TRUE(SignNote("text\n", many).ok());
}

TEST(SignNote, RefusesOldSignaturesThatNoLineCanHold) {
  const Signer signer = TestSigner("a", 1);
  const NoteSignature bad_name = {.name = "b c", .key_hash = 1, .signature = "x"};
  const NoteSignature no_bytes = {.name = "b", .key_hash = 1, .signature = ""};
  EXPECT_TRUE(absl::IsInvalidArgument(SignNote("text\n", {signer}, {bad_name}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(SignNote("text\n", {signer}, {no_bytes}).status()));
}

TEST(OpenNote, OpensPublishedNotes) {
  const absl::StatusOr<Note> note = OpenNote(NeumannNote(), {Key(kNeumannKey)});
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text, kNeumannText);
  ASSERT_EQ(note->verified.size(), 1u);
  EXPECT_EQ(note->verified[0].name, "PeterNeumann");
  EXPECT_EQ(note->verified[0].key_hash, 0xc74f20a3u);
  EXPECT_EQ(note->verified[0].signature.size(), 64u);
  EXPECT_TRUE(note->unverified.empty());
}

TEST(OpenNote, TellsAStrangersNoteFromAForgedOne) {
  EXPECT_EQ(OpenCode(NeumannNote(), kGoogleKey), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::IsNotFound(OpenNote(NeumannNote(), {}).status()));
  // Same name, other key.
  const Signer namesake = TestSigner("PeterNeumann", 9);
  EXPECT_TRUE(absl::IsNotFound(OpenNote(NeumannNote(), {namesake.verifier()}).status()));
  const std::string forged = absl::StrReplaceAll(NeumannNote(), {{"don't", "do"}});
  EXPECT_EQ(OpenCode(forged), absl::StatusCode::kDataLoss);
  const std::string short_signature = absl::StrCat(kNeumannText, "\n— PeterNeumann x08go/ZJ\n");
  EXPECT_EQ(OpenCode(short_signature), absl::StatusCode::kDataLoss);
}

TEST(OpenNote, RefusesAWrongKnownSignatureBesideAGoodOne) {
  const Signer signer = TestSigner("sum.corp.example", 1);
  const std::string note =
      *SignNote("text\n", {signer}, OpenNote(NeumannNote(), {Key(kNeumannKey)})->verified);
  EXPECT_TRUE(OpenNote(note, {signer.verifier()}).ok()) << "the other key is unknown";
  EXPECT_TRUE(absl::IsDataLoss(OpenNote(note, {signer.verifier(), Key(kNeumannKey)}).status()));
}

TEST(OpenNote, CountsOnlyTheFirstSignatureOfAKnownKey) {
  const std::string wrong = absl::StrReplaceAll(kNeumannLine, {{"ZJkuBS", "ZJkuBT"}});
  const absl::StatusOr<Note> note =
      OpenNote(absl::StrCat(NeumannNote(), kNeumannLine, wrong), {Key(kNeumannKey)});
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->verified.size(), 1u);
  EXPECT_TRUE(note->unverified.empty());
  EXPECT_EQ(OpenCode(absl::StrCat(kNeumannText, "\n", wrong, kNeumannLine)),
            absl::StatusCode::kDataLoss);
}

TEST(OpenNote, KeepsUnknownSignaturesOnceEach) {
  const std::string stranger = "— stranger AAAAAQU=\n";
  const absl::StatusOr<Note> note = OpenNote(
      absl::StrCat(kNeumannText, "\n", stranger, kNeumannLine, stranger, "— stranger AAAAAQY=\n"),
      {Key(kNeumannKey)});
  ASSERT_TRUE(note.ok()) << note.status();
  ASSERT_EQ(note->unverified.size(), 2u);
  EXPECT_EQ(note->unverified[0],
            (NoteSignature{.name = "stranger", .key_hash = 1, .signature = "\x05"}));
  EXPECT_EQ(note->verified.size(), 1u);
}

TEST(OpenNote, SplitsAtTheLastBlankLine) {
  const Signer signer = TestSigner("a", 1);
  for (const absl::string_view text : {"a\n\nb\n", "\n", "\n\n\n", "— a AAAAAQU=\n"}) {
    const absl::StatusOr<Note> note = OpenNote(*SignNote(text, {signer}), {signer.verifier()});
    ASSERT_TRUE(note.ok()) << note.status();
    EXPECT_EQ(note->text, text);
  }
}

TEST(OpenNote, CallsEveryDamageOfTheFormMalformed) {
  const std::string head = absl::StrCat(kNeumannText, "\n");
  const std::string line(kNeumannLine);
  const std::vector<std::string> broken = {
      "",
      "\n",
      "\n\n",
      "text\n",
      head,
      head + "\n",
      std::string(kNeumannText) + line,
      head + line.substr(0, line.size() - 1),  // no newline at the end
      head + line + "\n",                      // a blank line after
      head + line + "more\n",                  // something else after
      head + "- " + line.substr(4),            // another dash
      head + line.substr(4),                   // no dash
      head + " " + line,                       // white space in front
      head + absl::StrReplaceAll(line, {{"PeterNeumann", "Peter Neumann"}}),
      head + absl::StrReplaceAll(line, {{"PeterNeumann", "Peter+Neumann"}}),
      head + absl::StrReplaceAll(line, {{"PeterNeumann ", " "}}),
      head + absl::StrReplaceAll(line, {{"PeterNeumann ", "PeterNeumann  "}}),
      head + absl::StrReplaceAll(line, {{"AM=\n", "AM\n"}}),   // padding
      head + absl::StrReplaceAll(line, {{"AM=\n", "AN=\n"}}),  // bits beyond the last byte
      head + absl::StrReplaceAll(line, {{"AM=\n", "AM= \n"}}),
      head + "— PeterNeumann\n",
      head + "— PeterNeumann \n",
      head + "— PeterNeumann x08gow==\n",
      head + absl::StrReplaceAll(line, {{"\n", "\r\n"}}),
      "tab\t" + head + line,
      std::string("nul\0", 4) + head + line,
      "\xff" + head + line,
  };
  for (const std::string& note : broken) {
    EXPECT_EQ(OpenCode(note), absl::StatusCode::kInvalidArgument) << note;
  }
}

TEST(OpenNote, BoundsSignaturesAndSize) {
  const std::string stranger = "— stranger AAAAAQU=\n";
  std::string note = NeumannNote();
  for (std::size_t i = 1; i < kMaxNoteSignatures; ++i) note += stranger;
  EXPECT_EQ(OpenCode(note), absl::StatusCode::kOk);
  EXPECT_EQ(OpenCode(note + stranger), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenCode(std::string(kMaxNoteSizeBytes, 'a') + NeumannNote()),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sumlog::tlog
