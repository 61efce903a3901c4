// Signed notes: a text with signature lines under it.
//
//   If you think cryptography is the answer to your problem,
//   then you don't know what your problem is.
//
//   — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR
//     … (base64 of the 4 bytes of the key hash and the 64 of the signature)
//
// Pure: no I/O, no locks, no clock. Safe from any thread.
// Spec: C2SP signed-note; golang.org/x/mod/sumdb/note. Ed25519 (algorithm 1) only: a signature of
// another kind is kept as unverified.

#ifndef SUMLOG_TLOG_NOTE_H_
#define SUMLOG_TLOG_NOTE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sumlog::tlog {

inline constexpr std::size_t kMaxNoteSizeBytes = 1'000'000;  // as in x/mod
inline constexpr std::size_t kMaxNoteSignatures = 100;       // as in x/mod

using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Seed = std::array<std::uint8_t, 32>;

// Key names are not empty, valid UTF-8, without Unicode white space and without '+'.
// kInvalidArgument says what is wrong.
absl::Status CheckKeyName(absl::string_view name);

// A public key: "<name>+<8 hex digits>+<base64>". Immutable.
class VerifierKey {
 public:
  // kInvalidArgument: malformed, the hash does not fit the key, or not an Ed25519 key.
  static absl::StatusOr<VerifierKey> Parse(absl::string_view text);

  const std::string& name() const { return name_; }
  std::uint32_t key_hash() const { return key_hash_; }  // first 4 bytes, big-endian, of the key id
  std::string ToString() const;

  // Whether `signature` (64 bytes; anything else is false) is this key's over `message`.
  bool Verify(absl::string_view message, absl::string_view signature) const;

 private:
  friend class Signer;
  VerifierKey(std::string name, const Ed25519PublicKey& key);

  std::string name_;
  std::uint32_t key_hash_ = 0;
  Ed25519PublicKey key_ = {};
};

// A private key: "PRIVATE+KEY+<name>+<8 hex digits>+<base64>". Immutable; wiped when it goes.
class Signer {
 public:
  // kInvalidArgument as VerifierKey::Parse. The message never holds key material.
  static absl::StatusOr<Signer> Parse(absl::string_view text);

  // The key pair of a seed, which must come from a cryptographic random generator
  // (crypto/random.h). kInvalidArgument: bad name.
  static absl::StatusOr<Signer> FromSeed(absl::string_view name, const Ed25519Seed& seed);

  ~Signer();
  Signer(const Signer&) = default;
  Signer& operator=(const Signer&) = default;

  const VerifierKey& verifier() const { return verifier_; }
  std::string ToSecretString() const;

  // 64 bytes.
  std::string Sign(absl::string_view message) const;

 private:
  Signer(VerifierKey verifier, const Ed25519Seed& seed);

  VerifierKey verifier_;
  Ed25519Seed seed_;
};

struct NoteSignature {
  std::string name;
  std::uint32_t key_hash = 0;
  std::string signature;  // what follows the 4 bytes of the key hash; 64 bytes for Ed25519

  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

struct Note {
  std::string text;                       // what is signed; ends with a newline
  std::vector<NoteSignature> verified;    // by known keys, each key once, in order of appearance
  std::vector<NoteSignature> unverified;  // by unknown keys
};

// Signs `text` with each signer, in order, after the signatures that are `already` there.
// kInvalidArgument: text that no note can hold (not UTF-8, control characters, no newline at the
// end), or the same key twice.
absl::StatusOr<std::string> SignNote(absl::string_view text, absl::Span<const Signer> signers,
                                     absl::Span<const NoteSignature> already = {});

// Splits and verifies a note. Returns:
//   kInvalidArgument  malformed: not a note at all (also: more than 100 signatures, too long)
//   kNotFound         well-formed, but none of the signatures is by a known key
//   kDataLoss         a signature by a known key that is wrong: the note was tampered with
absl::StatusOr<Note> OpenNote(absl::string_view message, absl::Span<const VerifierKey> known);

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_NOTE_H_
