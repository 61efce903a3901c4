#include "client/server_evidence.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/base64.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "crypto/hex.h"
#include "crypto/sha256.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::client {
namespace {

constexpr absl::string_view kPrefix = "sumlog-evidence-";
constexpr std::size_t kBase64LineBytes = 76;  // as in mail (RFC 2045)

std::string FormatTime(absl::string_view format, absl::Time when) {
  return absl::FormatTime(format, when, absl::UTCTimeZone());
}

void AppendBytes(std::string* text, absl::string_view bytes) {
  if (IsValidUtf8(bytes)) {  // tiles, which are hashes, are not
    for (const absl::string_view line : absl::StrSplit(bytes, '\n')) {
      absl::StrAppend(text, "| ", Printable(line), "\n");
    }
  }
  absl::StrAppend(text, "base64:\n");
  const std::string base64 = Base64Encode(bytes);
  for (std::size_t i = 0; i < base64.size(); i += kBase64LineBytes) {
    absl::StrAppend(text, absl::string_view(base64).substr(i, kBase64LineBytes), "\n");
  }
}

// The same for the same bytes, whenever they come.
std::string HashOf(const ServerEvidence& evidence) {
  std::string what = absl::StrCat(evidence.server, "\n", evidence.key, "\n");
  for (const RecordedAnswer& answer : evidence.answers) {
    absl::StrAppend(&what, crypto::HexOf(answer.sha256), " ", answer.path, "\n");
  }
  return crypto::HexOf(crypto::Sha256(what)).substr(0, 16);
}

// The file that keeps these bytes already, or "" when there is none and room for another.
absl::StatusOr<std::string> FindKept(const std::string& folder, const std::string& hash) {
  const std::string ending = absl::StrCat("-", hash, ".txt");
  std::size_t count = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!absl::StartsWith(name, kPrefix)) continue;
    std::error_code gone;
    if (absl::EndsWith(name, ending) && it->is_regular_file(gone)) return it->path().string();
    ++count;
  }
  if (count >= kMaxEvidenceFiles) {
    return absl::ResourceExhaustedError(
        absl::StrCat(folder, " holds ", count, " files ", kPrefix, "… already"));
  }
  return "";
}

}  // namespace

std::string FormatEvidence(const ServerEvidence& evidence) {
  std::string text =
      absl::StrCat("sumlog evidence 1\n", "found: ", Printable(evidence.found), "\n",
                   "time: ", FormatTime("%Y-%m-%dT%H:%M:%SZ", evidence.when), "\n",
                   "server: ", Printable(evidence.server), "\n", "key: ", Printable(evidence.key),
                   "\n", "answers: ", evidence.answers.size(), "\n");
  for (const RecordedAnswer& answer : evidence.answers) {
    absl::StrAppend(&text, "\nanswer: ", Printable(answer.path), "\n",
                    "time: ", FormatTime("%Y-%m-%dT%H:%M:%E3SZ", answer.when), "\n",
                    "size: ", answer.size_bytes, "\n", "sha256: ", crypto::HexOf(answer.sha256),
                    "\n");
    if (answer.bytes.has_value()) {
      AppendBytes(&text, *answer.bytes);
    } else {
      absl::StrAppend(&text, "not kept: there was no room for all that came\n");
    }
  }
  return text;
}

void AddForkedNotes(const absl::Status& status, ServerEvidence* evidence) {
  const std::string notes = ForkedNotesOf(status);
  if (notes.empty()) return;
  evidence->answers.push_back(MakeAnswer("two signed heads", notes, evidence->when));
}

absl::StatusOr<std::string> SaveEvidence(const ServerEvidence& evidence,
                                         const std::string& folder) {
  std::error_code error;
  const std::filesystem::path absolute =
      std::filesystem::absolute(folder.empty() ? "." : folder, error).lexically_normal();
  if (error) return absl::UnavailableError(absl::StrCat(folder, ": ", error.message()));
  RETURN_IF_ERROR(MakeDirectories(absolute.string()));

  const std::string hash = HashOf(evidence);
  ASSIGN_OR_RETURN(const std::string kept, FindKept(absolute.string(), hash));
  if (!kept.empty()) return kept;
  const std::string path =
      (absolute /
       absl::StrCat(kPrefix, FormatTime("%Y%m%dT%H%M%SZ", evidence.when), "-", hash, ".txt"))
          .string();
  RETURN_IF_ERROR(CreateFileDurably(path, FormatEvidence(evidence), 0600));
  return path;
}

}  // namespace sumlog::client
