// Goal: no text crashes the parsers of notes, keys and tree heads; what they accept they would
// write again, but for the case of a key hash; and no note counts as signed that our key did not
// sign. Method: libFuzzer; each input goes to every parser, then is signed, opened, damaged and
// opened.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/check.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::tlog {
namespace {

const Signer& OurSigner() {
  static const Signer* const signer = new Signer(*Signer::FromSeed("fuzz.example", Ed25519Seed{7}));
  return *signer;
}

// x/mod's parsers take the digits of a key hash in either case, and so do ours.
std::string WithLowerCaseHash(absl::string_view text, std::size_t hash_at) {
  std::string key(text);
  for (std::size_t at = hash_at; key[at] != '+'; ++at) {
    key[at] = absl::ascii_tolower(static_cast<unsigned char>(key[at]));
  }
  return key;
}

void FuzzKeys(absl::string_view text) {
  if (const auto key = VerifierKey::Parse(text); key.ok()) {
    CHECK(key->ToString() == WithLowerCaseHash(text, key->name().size() + 1));
  } else {
    CHECK(absl::IsInvalidArgument(key.status()));
  }
  if (const auto signer = Signer::Parse(text); signer.ok()) {
    const std::size_t name_at = absl::string_view("PRIVATE+KEY+").size();
    const std::size_t hash_at = name_at + signer->verifier().name().size() + 1;
    CHECK(signer->ToSecretString() == WithLowerCaseHash(text, hash_at));
  } else {
    CHECK(absl::IsInvalidArgument(signer.status()));
  }
}

void FuzzTreeHead(absl::string_view text) {
  const auto head = ParseTreeHead(text);
  if (!head.ok()) {
    CHECK(absl::IsInvalidArgument(head.status()));
    return;
  }
  CHECK(absl::StartsWith(text, FormatTreeHead(*head)));
}

// Signs `text`, if a note can hold it, and opens it whole and damaged.
void FuzzSigning(absl::string_view text, std::size_t damaged_at) {
  const std::vector<VerifierKey> known = {OurSigner().verifier()};
  const auto message = SignNote(text, {&OurSigner(), 1});
  if (!message.ok()) {
    CHECK(absl::IsInvalidArgument(message.status()));
    return;
  }
  const auto note = OpenNote(*message, known);
  CHECK(note.ok() && note->text == text && note->verified.size() == 1);

  std::string damaged = *message;
  char& byte = damaged[damaged_at % damaged.size()];
  byte = static_cast<char>(byte ^ 1);
  const auto opened = OpenNote(damaged, known);
  CHECK(!opened.ok());
}

void Fuzz(absl::string_view input) {
  const std::vector<VerifierKey> known = {OurSigner().verifier()};
  const auto note = OpenNote(input, known);
  if (note.ok()) {
    CHECK(!note->verified.empty());
    CHECK(OurSigner().verifier().Verify(note->text, note->verified[0].signature));
  }
  FuzzKeys(input);
  FuzzTreeHead(input);
  if (input.size() < 2) return;
  const std::size_t damaged_at = static_cast<unsigned char>(input[0]) * std::size_t{256} +
                                 static_cast<unsigned char>(input[1]);
  FuzzSigning(input.substr(2), damaged_at);
}

}  // namespace
}  // namespace sumlog::tlog

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sumlog::tlog::Fuzz(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
