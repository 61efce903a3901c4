#include "backup/manifest.h"

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "backup/label.h"
#include "base/base64.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "crypto/hex.h"

namespace sumlog::backup {
namespace {

constexpr char kFirstLine[] = "sumlog backup v1";
constexpr std::size_t kMaxNameBytes = 255;  // of any file system

absl::Status NoManifest(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("not a backup's manifest: ", why));
}

// What a database calls its files; nothing that leads out of a folder.
bool IsPlainName(absl::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || name.front() == '.') return false;
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') {
      return false;
    }
  }
  return true;
}

std::string FormatManifest(const Manifest& manifest) {
  std::string text = absl::StrCat(
      kFirstLine, "\nkey ", manifest.key, "\nlabel ", manifest.label, "\nmade ",
      FormatTimestampMicros(manifest.made_at), "\nsize ", manifest.head.head.size, "\nroot ",
      tlog::FormatHash(manifest.head.head.root), "\nhead ", Base64Encode(manifest.head.note), "\n");
  for (const ManifestFile& file : manifest.files) {
    absl::StrAppend(&text, "file ", file.size_bytes, " ", crypto::HexOf(file.sha256), " ",
                    file.name, "\n");
  }
  return text;
}

// Takes "<name> <value>\n" off the front of `text`.
absl::StatusOr<std::string> TakeLine(absl::string_view name, absl::string_view* text) {
  const std::size_t end = text->find('\n');
  absl::string_view line = text->substr(0, end);
  if (end == absl::string_view::npos || !absl::ConsumePrefix(&line, name) ||
      !absl::ConsumePrefix(&line, " ")) {
    return NoManifest(absl::StrCat("no line \"", name, "\" in its place"));
  }
  text->remove_prefix(end + 1);
  return std::string(line);
}

absl::StatusOr<ManifestFile> ParseFile(absl::string_view line) {
  const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
  ManifestFile file;
  if (fields.size() != 3 || !absl::SimpleAtoi(fields[0], &file.size_bytes) ||
      fields[1].size() != 2 * file.sha256.size() || !IsPlainName(fields[2])) {
    return NoManifest("a malformed line of a file");
  }
  const std::string bytes = absl::HexStringToBytes(fields[1]);
  std::copy(bytes.begin(), bytes.end(), file.sha256.begin());
  file.name = std::string(fields[2]);
  return file;
}

absl::StatusOr<Manifest> ParseManifest(absl::string_view text, const tlog::VerifierKey& key) {
  const absl::string_view whole = text;
  if (!absl::ConsumePrefix(&text, absl::StrCat(kFirstLine, "\n"))) {
    return NoManifest(absl::StrCat("its first line is not \"", kFirstLine, "\""));
  }
  Manifest manifest;
  ASSIGN_OR_RETURN(manifest.key, TakeLine("key", &text));
  ASSIGN_OR_RETURN(manifest.label, TakeLine("label", &text));
  ASSIGN_OR_RETURN(const std::string made, TakeLine("made", &text));
  ASSIGN_OR_RETURN(manifest.made_at, ParseTimestampMicros(made));
  RETURN_IF_ERROR(TakeLine("size", &text).status());
  RETURN_IF_ERROR(TakeLine("root", &text).status());
  ASSIGN_OR_RETURN(const std::string head, TakeLine("head", &text));
  std::string note;
  if (!Base64Decode(head, &note)) return NoManifest("its head is not base64");
  const absl::StatusOr<tlog::SignedTreeHead> opened =
      tlog::OpenTreeHead(note, absl::MakeConstSpan(&key, 1));
  if (!opened.ok()) return NoManifest(absl::StrCat("its head: ", opened.status().message()));
  manifest.head = *opened;
  while (!text.empty()) {
    ASSIGN_OR_RETURN(const std::string line, TakeLine("file", &text));
    ASSIGN_OR_RETURN(ManifestFile file, ParseFile(line));
    if (!manifest.files.empty() && manifest.files.back().name >= file.name) {
      return NoManifest("its files are not in order");
    }
    manifest.files.push_back(std::move(file));
  }
  RETURN_IF_ERROR(CheckLabel(manifest.label));
  // Every number, time and hash has one form only, and size and root are those of the head.
  if (FormatManifest(manifest) != whole) return NoManifest("it is not in its canonical form");
  if (manifest.key != key.ToString()) return NoManifest("it names another key");
  return manifest;
}

}  // namespace

std::uint64_t Manifest::size_bytes() const {
  std::uint64_t total = 0;
  for (const ManifestFile& file : files) total += file.size_bytes;
  return total;
}

absl::StatusOr<std::string> SignManifest(const Manifest& manifest, const tlog::Signer& signer) {
  RETURN_IF_ERROR(CheckLabel(manifest.label));
  for (const ManifestFile& file : manifest.files) {
    if (!IsPlainName(file.name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("a file of the database is named \"", absl::CHexEscape(file.name), "\""));
    }
  }
  const std::string text = FormatManifest(manifest);
  if (text.size() > tlog::kMaxNoteSizeBytes - 1024) {
    return absl::InvalidArgumentError(
        absl::StrCat("the database has ", manifest.files.size(),
                     " files, more than one backup can name; they merge as the log is served"));
  }
  return tlog::SignNote(text, absl::MakeConstSpan(&signer, 1));
}

absl::StatusOr<Manifest> OpenManifest(absl::string_view note, const tlog::VerifierKey& key) {
  const absl::StatusOr<tlog::Note> opened = tlog::OpenNote(note, absl::MakeConstSpan(&key, 1));
  if (absl::IsNotFound(opened.status())) {
    return absl::UnauthenticatedError(absl::StrCat("the manifest is not signed by ", key.name(),
                                                   "+",
                                                   absl::Hex(key.key_hash(), absl::kZeroPad8)));
  }
  if (absl::IsInvalidArgument(opened.status())) return NoManifest(opened.status().message());
  RETURN_IF_ERROR(opened.status());
  return ParseManifest(opened->text, key);
}

}  // namespace sumlog::backup
