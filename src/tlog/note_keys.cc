// Keys of notes: names, verifier keys, signers.

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "crypto/ed25519.h"
#include "crypto/sha256.h"
#include "crypto/wipe.h"
#include "sumlog/tlog/note.h"

namespace sumlog::tlog {
namespace {

constexpr char kAlgorithmEd25519 = 1;
constexpr std::size_t kKeySizeBytes = 32;
constexpr std::size_t kKeyHashDigits = 8;
constexpr std::size_t kMaxKeyTextSizeBytes = 1000;  // a name is a host; keys are 44 characters
constexpr absl::string_view kPrivateMark = "PRIVATE+KEY+";

absl::string_view AsBytes(const Ed25519PublicKey& key) {
  return absl::string_view(reinterpret_cast<const char*>(key.data()), key.size());
}

// The three fields that verifier keys and private keys have in common.
struct KeyFields {
  std::string name;
  std::uint32_t key_hash = 0;
  std::string algorithm_and_key;

  KeyFields() = default;
  KeyFields(KeyFields&&) = default;
  KeyFields& operator=(KeyFields&&) = default;
  ~KeyFields() { crypto::Wipe(&algorithm_and_key); }
};

// Big-endian first four bytes of SHA-256(name ‖ "\n" ‖ algorithm ‖ public key).
std::uint32_t ComputeKeyHash(absl::string_view name, absl::string_view algorithm_and_key) {
  const crypto::Digest digest = crypto::Sha256(absl::StrCat(name, "\n", algorithm_and_key));
  return ReadBigEndian32(AsBytes(digest));
}

std::string FormatKeyHash(std::uint32_t key_hash) {
  return absl::StrCat(absl::Hex(key_hash, absl::kZeroPad8));
}

absl::StatusOr<std::uint32_t> ParseKeyHash(absl::string_view digits) {
  std::uint32_t value = 0;
  const bool all_hex = std::all_of(digits.begin(), digits.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
  if (digits.size() != kKeyHashDigits || !all_hex || !absl::SimpleHexAtoi(digits, &value)) {
    return absl::InvalidArgumentError("malformed key: the key hash is not 8 hexadecimal digits");
  }
  return value;
}

// Cuts `*rest` at its first '+' and returns what is in front of it.
absl::StatusOr<absl::string_view> TakeField(absl::string_view* rest) {
  const std::size_t plus = rest->find('+');
  if (plus == absl::string_view::npos) {
    return absl::InvalidArgumentError("malformed key, want <name>+<hash>+<key>");
  }
  const absl::string_view field = rest->substr(0, plus);
  rest->remove_prefix(plus + 1);
  return field;
}

// "<name>+<8 hex digits>+<base64>". Messages quote nothing: `text` may be a secret.
absl::StatusOr<KeyFields> ParseKeyFields(absl::string_view text) {
  if (text.size() > kMaxKeyTextSizeBytes) {
    return absl::InvalidArgumentError(absl::StrCat("malformed key: ", text.size(),
                                                   " bytes, want at most ", kMaxKeyTextSizeBytes));
  }
  KeyFields fields;
  ASSIGN_OR_RETURN(const absl::string_view name, TakeField(&text));
  RETURN_IF_ERROR(CheckKeyName(name));
  fields.name = std::string(name);
  ASSIGN_OR_RETURN(const absl::string_view digits, TakeField(&text));
  ASSIGN_OR_RETURN(fields.key_hash, ParseKeyHash(digits));
  if (!Base64Decode(text, &fields.algorithm_and_key) || fields.algorithm_and_key.empty()) {
    return absl::InvalidArgumentError("malformed key: the last field is not standard base64");
  }
  return fields;
}

// Writes the 32 bytes after the algorithm to `*key`, the only copy that this makes of them.
absl::Status TakeEd25519(const KeyFields& fields, std::array<std::uint8_t, kKeySizeBytes>* key) {
  const absl::string_view bytes = fields.algorithm_and_key;
  if (bytes[0] != kAlgorithmEd25519) {
    return absl::InvalidArgumentError(absl::StrCat(
        "key of ", fields.name, " has algorithm ",
        static_cast<unsigned>(static_cast<unsigned char>(bytes[0])), ", want 1 (Ed25519)"));
  }
  if (bytes.size() != 1 + kKeySizeBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "key of ", fields.name, " has ", bytes.size() - 1, " bytes, want ", kKeySizeBytes));
  }
  std::copy(bytes.begin() + 1, bytes.end(), key->begin());
  return absl::OkStatus();
}

absl::Status CheckKeyHash(const KeyFields& fields, std::uint32_t want) {
  if (fields.key_hash == want) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("key of ", fields.name, " says its hash is ",
                                                 FormatKeyHash(fields.key_hash), ", but it is ",
                                                 FormatKeyHash(want)));
}

std::string WithAlgorithm(const std::array<std::uint8_t, kKeySizeBytes>& key) {
  std::string bytes;
  bytes.reserve(1 + kKeySizeBytes);  // in one piece, so that a secret leaves no copy behind
  bytes.push_back(kAlgorithmEd25519);
  bytes.append(AsBytes(key).data(), kKeySizeBytes);
  return bytes;
}

}  // namespace

absl::Status CheckKeyName(absl::string_view name) {
  if (name.empty()) return absl::InvalidArgumentError("key name is empty");
  if (!IsValidUtf8(name)) return absl::InvalidArgumentError("key name is not valid UTF-8");
  for (absl::string_view rest = name; !rest.empty();) {
    const Utf8Rune rune = DecodeUtf8(rest);
    if (IsUnicodeSpace(rune.code_point)) {
      return absl::InvalidArgumentError("key name holds white space");
    }
    if (rune.code_point == U'+') return absl::InvalidArgumentError("key name holds a '+'");
    rest.remove_prefix(rune.size_bytes);
  }
  return absl::OkStatus();
}

VerifierKey::VerifierKey(std::string name, const Ed25519PublicKey& key)
    : name_(std::move(name)), key_hash_(ComputeKeyHash(name_, WithAlgorithm(key))), key_(key) {}

absl::StatusOr<VerifierKey> VerifierKey::Parse(absl::string_view text) {
  if (absl::StartsWith(text, kPrivateMark)) {
    return absl::InvalidArgumentError("this is a private key, want a verifier key");
  }
  ASSIGN_OR_RETURN(KeyFields fields, ParseKeyFields(text));
  RETURN_IF_ERROR(CheckKeyHash(fields, ComputeKeyHash(fields.name, fields.algorithm_and_key)));
  Ed25519PublicKey key;
  RETURN_IF_ERROR(TakeEd25519(fields, &key));
  return VerifierKey(std::move(fields.name), key);
}

std::string VerifierKey::ToString() const {
  return absl::StrCat(name_, "+", FormatKeyHash(key_hash_), "+", Base64Encode(WithAlgorithm(key_)));
}

bool VerifierKey::Verify(absl::string_view message, absl::string_view signature) const {
  return crypto::Ed25519Verify(key_, message, signature);
}

Signer::Signer(VerifierKey verifier, const Ed25519Seed& seed)
    : verifier_(std::move(verifier)), seed_(seed) {}

Signer::~Signer() { crypto::Wipe(absl::MakeSpan(seed_)); }

absl::StatusOr<Signer> Signer::FromSeed(absl::string_view name, const Ed25519Seed& seed) {
  RETURN_IF_ERROR(CheckKeyName(name));
  return Signer(VerifierKey(std::string(name), crypto::Ed25519PublicFromSeed(seed)), seed);
}

absl::StatusOr<Signer> Signer::Parse(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kPrivateMark)) {
    return absl::InvalidArgumentError(
        absl::StrCat("not a private key: it does not begin with ", kPrivateMark));
  }
  ASSIGN_OR_RETURN(const KeyFields fields, ParseKeyFields(text));
  Ed25519Seed seed;
  RETURN_IF_ERROR(TakeEd25519(fields, &seed));
  absl::StatusOr<Signer> signer = FromSeed(fields.name, seed);
  crypto::Wipe(absl::MakeSpan(seed));
  if (!signer.ok()) return signer;
  // The hash in the text is that of the public key.
  RETURN_IF_ERROR(CheckKeyHash(fields, signer->verifier().key_hash()));
  return signer;
}

std::string Signer::ToSecretString() const {
  std::string bytes = WithAlgorithm(seed_);
  std::string base64 = Base64Encode(bytes);
  std::string text = absl::StrCat(kPrivateMark, verifier_.name(), "+",
                                  FormatKeyHash(verifier_.key_hash()), "+", base64);
  crypto::Wipe(&bytes);
  crypto::Wipe(&base64);
  return text;
}

std::string Signer::Sign(absl::string_view message) const {
  const crypto::Ed25519Signature signature = crypto::Ed25519Sign(seed_, message);
  return std::string(signature.begin(), signature.end());
}

}  // namespace sumlog::tlog
