#include "log/evidence.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/sha256.h"

namespace sumlog::log {
namespace {

constexpr std::size_t kIdSizeBytes = 16;  // enough that nobody finds two contradictions of one name
constexpr std::uint64_t kBlockSizeBytes = 4096;
constexpr char kUnfinished[] = ".new";  // as ReplaceFileDurably names it

std::uint64_t RoundUpToBlocks(std::uint64_t size_bytes) {
  return (size_bytes + kBlockSizeBytes - 1) / kBlockSizeBytes * kBlockSizeBytes;
}

std::string FormatWhen(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

// Outsiders choose these texts: escaped, so that none of them can look like another line.
std::string FormatProvenance(absl::string_view name, const storage::Provenance& provenance) {
  return absl::StrCat(name, " by: ", absl::Utf8SafeCEscape(provenance.how), "\n", name,
                      " from: ", absl::Utf8SafeCEscape(provenance.from), "\n", name,
                      " at: ", FormatWhen(provenance.when), "\n");
}

}  // namespace

std::string FormatEvidence(const ConflictEvidence& evidence) {
  return absl::StrCat(
      "sumlog conflict 1\n", "module version: ", evidence.key, "\n",
      "record number: ", evidence.standing.number, "\n",
      FormatProvenance("logged", evidence.standing_provenance),
      FormatProvenance("offered", evidence.refused_provenance),
      "refused at: ", FormatWhen(evidence.refused_at), "\n", "\nthe record in the log:\n",
      evidence.standing.text, "\nthe record that was refused:\n", evidence.refused_text,
      "\na signed tree head that covers the record in the log:\n", evidence.head_note);
}

std::string EvidenceId(const ConflictEvidence& evidence) {
  std::string what;
  AppendBigEndian64(&what, evidence.standing.number);
  AppendBigEndian64(&what, evidence.standing.text.size());  // so that no two pairs look alike
  absl::StrAppend(&what, evidence.standing.text, evidence.refused_text);
  const crypto::Digest digest = crypto::Sha256(what);
  return absl::BytesToHexString(std::string(digest.begin(), digest.begin() + kIdSizeBytes));
}

absl::StatusOr<std::unique_ptr<EvidenceKeeper>> EvidenceKeeper::Open(const std::string& dir,
                                                                     std::uint64_t max_bytes) {
  if (dir.empty()) return absl::InvalidArgumentError("no folder for evidence is named");
  const std::string folder = absl::StrCat(dir, "/conflicts");
  RETURN_IF_ERROR(MakeDirectories(folder));
  return std::unique_ptr<EvidenceKeeper>(new EvidenceKeeper(folder, max_bytes));
}

std::vector<std::string> EvidenceKeeper::Keep(absl::Span<const ConflictEvidence> conflicts) {
  std::vector<std::string> ids;
  ids.reserve(conflicts.size());
  for (const ConflictEvidence& conflict : conflicts) ids.push_back(KeepOne(conflict));
  return ids;
}

std::string EvidenceKeeper::KeepOne(const ConflictEvidence& evidence) {
  std::string id = EvidenceId(evidence);
  const std::string path = absl::StrCat(folder_, "/", id, ".txt");
  if (::access(path.c_str(), F_OK) == 0) {
    ++repeated_;
    return id;
  }
  if (!used_bytes_.has_value() && !MeasureFolder().ok()) {
    ++failed_;
    return "";
  }
  const std::string content = FormatEvidence(evidence);
  const std::uint64_t size_bytes = RoundUpToBlocks(content.size());
  if (size_bytes > max_bytes_ || *used_bytes_ > max_bytes_ - size_bytes) {
    ++over_cap_;
    return "";
  }
  if (!ReplaceFileDurably(path, content, 0644).ok()) {
    ++failed_;
    return "";
  }
  *used_bytes_ += size_bytes;
  ++kept_;
  return id;
}

absl::Status EvidenceKeeper::MeasureFolder() {
  namespace fs = std::filesystem;
  std::error_code error;
  std::uint64_t used = 0;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == kUnfinished) {
      ::unlink(it->path().c_str());
      continue;
    }
    std::error_code gone;
    const std::uintmax_t size_bytes = it->file_size(gone);
    if (!gone) used += RoundUpToBlocks(size_bytes);
  }
  if (error) return ErrnoToStatus(error.value(), "read folder", folder_);
  used_bytes_ = used;
  return absl::OkStatus();
}

EvidenceCounters EvidenceKeeper::counters() const {
  return {.kept = kept_, .repeated = repeated_, .over_cap = over_cap_, .failed = failed_};
}

}  // namespace sumlog::log
