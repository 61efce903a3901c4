#include "sumlog/tlog/note.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace sumlog::tlog {
namespace {

constexpr absl::string_view kSignatureMark = "\xe2\x80\x94 ";  // em dash, space
constexpr std::size_t kKeyHashSizeBytes = 4;

// A key as a signature line names it.
using KeyId = std::pair<std::string, std::uint32_t>;

std::string DescribeKey(absl::string_view name, std::uint32_t key_hash) {
  return absl::StrCat(name, "+", absl::Hex(key_hash, absl::kZeroPad8));
}

// What every byte of a note must be, text and signatures alike.
absl::Status CheckCharacters(absl::string_view message) {
  if (message.size() > kMaxNoteSizeBytes) {
    return absl::InvalidArgumentError(absl::StrCat("malformed note: ", message.size(),
                                                   " bytes, want at most ", kMaxNoteSizeBytes));
  }
  if (!IsValidUtf8(message)) {
    return absl::InvalidArgumentError("malformed note: not valid UTF-8");
  }
  const bool has_control = std::any_of(message.begin(), message.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n';
  });
  if (has_control) return absl::InvalidArgumentError("malformed note: a control character");
  return absl::OkStatus();
}

std::string FormatSignature(const NoteSignature& signature) {
  std::string blob;
  AppendBigEndian32(&blob, signature.key_hash);
  blob += signature.signature;
  return absl::StrCat(kSignatureMark, signature.name, " ", Base64Encode(blob), "\n");
}

// `line` is without its newline.
absl::StatusOr<NoteSignature> ParseSignature(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, kSignatureMark)) {
    return absl::InvalidArgumentError("malformed note: a signature line without its dash");
  }
  const std::size_t space = line.find(' ');
  if (space == absl::string_view::npos) {
    return absl::InvalidArgumentError("malformed note: a signature line without a signature");
  }
  NoteSignature signature;
  signature.name = std::string(line.substr(0, space));
  RETURN_IF_ERROR(CheckKeyName(signature.name));
  std::string blob;
  if (!Base64Decode(line.substr(space + 1), &blob) || blob.size() <= kKeyHashSizeBytes) {
    return absl::InvalidArgumentError(absl::StrCat("malformed note: signature of ", signature.name,
                                                   " is not standard base64 of at least ",
                                                   kKeyHashSizeBytes + 1, " bytes"));
  }
  signature.key_hash = ReadBigEndian32(blob);
  signature.signature = blob.substr(kKeyHashSizeBytes);
  return signature;
}

absl::StatusOr<std::vector<NoteSignature>> ParseSignatures(absl::string_view block) {
  if (!absl::EndsWith(block, "\n")) {
    return absl::InvalidArgumentError("malformed note: it does not end with a signature line");
  }
  std::vector<NoteSignature> signatures;
  while (!block.empty()) {
    if (signatures.size() == kMaxNoteSignatures) {
      return absl::InvalidArgumentError(
          absl::StrCat("malformed note: more than ", kMaxNoteSignatures, " signatures"));
    }
    const std::size_t end = block.find('\n');
    ASSIGN_OR_RETURN(NoteSignature signature, ParseSignature(block.substr(0, end)));
    signatures.push_back(std::move(signature));
    block.remove_prefix(end + 1);
  }
  return signatures;
}

enum class Judgement { kUnknownKey, kGood, kWrong };

Judgement Judge(absl::string_view text, const NoteSignature& signature,
                absl::Span<const VerifierKey> known) {
  Judgement judgement = Judgement::kUnknownKey;
  for (const VerifierKey& key : known) {
    if (key.name() != signature.name || key.key_hash() != signature.key_hash) continue;
    if (key.Verify(text, signature.signature)) return Judgement::kGood;
    judgement = Judgement::kWrong;
  }
  return judgement;
}

// Of several signatures by one known key only the first counts (and is checked), as in x/mod.
absl::Status SortSignatures(std::vector<NoteSignature> signatures,
                            absl::Span<const VerifierKey> known, Note* note) {
  std::set<KeyId> seen;
  for (NoteSignature& signature : signatures) {
    const KeyId id(signature.name, signature.key_hash);
    if (seen.contains(id)) continue;
    switch (Judge(note->text, signature, known)) {
      case Judgement::kWrong:
        return absl::DataLossError(absl::StrCat("wrong signature by known key ",
                                                DescribeKey(signature.name, signature.key_hash)));
      case Judgement::kGood:
        seen.insert(id);
        note->verified.push_back(std::move(signature));
        break;
      case Judgement::kUnknownKey:
        if (std::find(note->unverified.begin(), note->unverified.end(), signature) ==
            note->unverified.end()) {
          note->unverified.push_back(std::move(signature));
        }
        break;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> SignNote(absl::string_view text, absl::Span<const Signer> signers,
                                     absl::Span<const NoteSignature> already) {
  RETURN_IF_ERROR(CheckCharacters(text));
  if (!absl::EndsWith(text, "\n")) {
    return absl::InvalidArgumentError("note text does not end with a newline");
  }
  std::vector<NoteSignature> signatures(already.begin(), already.end());
  for (const Signer& signer : signers) {
    signatures.push_back({.name = signer.verifier().name(),
                          .key_hash = signer.verifier().key_hash(),
                          .signature = signer.Sign(text)});
  }
  if (signatures.empty() || signatures.size() > kMaxNoteSignatures) {
    return absl::InvalidArgumentError(absl::StrCat("note with ", signatures.size(),
                                                   " signatures, want 1 to ", kMaxNoteSignatures));
  }

  std::string note = absl::StrCat(text, "\n");
  std::set<KeyId> seen;
  for (const NoteSignature& signature : signatures) {
    RETURN_IF_ERROR(CheckKeyName(signature.name));
    if (signature.signature.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("empty signature by ", signature.name));
    }
    if (!seen.emplace(signature.name, signature.key_hash).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("two signatures by ", DescribeKey(signature.name, signature.key_hash)));
    }
    note += FormatSignature(signature);
  }
  RETURN_IF_ERROR(CheckCharacters(note));
  return note;
}

absl::StatusOr<Note> OpenNote(absl::string_view message, absl::Span<const VerifierKey> known) {
  RETURN_IF_ERROR(CheckCharacters(message));
  // The last blank line: the text may hold others, signatures none.
  const std::size_t blank = message.rfind("\n\n");
  if (blank == absl::string_view::npos) {
    return absl::InvalidArgumentError("malformed note: no blank line before the signatures");
  }
  ASSIGN_OR_RETURN(std::vector<NoteSignature> signatures,
                   ParseSignatures(message.substr(blank + 2)));
  Note note;
  note.text = std::string(message.substr(0, blank + 1));
  RETURN_IF_ERROR(SortSignatures(std::move(signatures), known, &note));
  if (note.verified.empty()) {
    return absl::NotFoundError(absl::StrCat("none of the ", note.unverified.size(),
                                            " signatures of the note is by a known key"));
  }
  return note;
}

}  // namespace sumlog::tlog
