#include "log/evidence.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "crypto/sha256.h"

namespace sumlog::log {
namespace {

constexpr std::size_t kIdSizeBytes = 16;  // enough that nobody finds two contradictions of one name
constexpr std::uint64_t kBlockSizeBytes = 4096;
constexpr char kUnfinished[] = ".new";

std::uint64_t RoundUpToBlocks(std::uint64_t size_bytes) {
  return (size_bytes + kBlockSizeBytes - 1) / kBlockSizeBytes * kBlockSizeBytes;
}

// Writes a file that appears under its name whole, with its bytes on the disk; the name itself is
// durable when the folder was synced.
absl::Status WriteWhole(const std::string& path, absl::string_view content) {
  const std::string temporary = absl::StrCat(path, kUnfinished);
  ::unlink(temporary.c_str());  // left behind by a crash
  const FileDescriptor file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.valid()) return ErrnoToStatus(errno, "create", temporary);
  absl::Status status = WriteAll(file.get(), content, temporary);
  if (status.ok() && ::fsync(file.get()) != 0) status = ErrnoToStatus(errno, "sync", temporary);
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    status = ErrnoToStatus(errno, "rename", temporary);
  }
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

// Outsiders choose these texts: escaped, so that none of them can look like another line.
std::string FormatProvenance(absl::string_view name, const storage::Provenance& provenance) {
  return absl::StrCat(name, " by: ", absl::Utf8SafeCEscape(provenance.how), "\n", name,
                      " from: ", absl::Utf8SafeCEscape(provenance.from), "\n", name,
                      " at: ", FormatTimestampMicros(provenance.when), "\n");
}

}  // namespace

std::string FormatEvidence(const ConflictEvidence& evidence) {
  return absl::StrCat("sumlog conflict 1\n", "module version: ", evidence.key, "\n",
                      "record number: ", evidence.standing.number, "\n",
                      FormatProvenance("logged", evidence.standing_provenance),
                      FormatProvenance("offered", evidence.refused_provenance),
                      "refused at: ", FormatTimestampMicros(evidence.refused_at), "\n",
                      "\nthe record in the log:\n", evidence.standing.text,
                      "\nthe record that was refused:\n", evidence.refused_text,
                      "\na signed tree head that covers the record in the log:\n",
                      evidence.head_note);
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

std::string EvidenceKeeper::PathOf(const std::string& id) const {
  return absl::StrCat(folder_, "/", id, ".txt");
}

std::vector<std::string> EvidenceKeeper::Keep(absl::Span<const ConflictEvidence> conflicts) {
  std::vector<std::string> ids;
  std::vector<std::string> new_ids;
  ids.reserve(conflicts.size());
  for (const ConflictEvidence& conflict : conflicts) ids.push_back(KeepOne(conflict, &new_ids));
  if (new_ids.empty()) return ids;
  if (!SyncDirectory(folder_).ok()) {
    TakeBack(new_ids, &ids);
  } else {
    kept_ += new_ids.size();
  }
  return ids;
}

std::string EvidenceKeeper::KeepOne(const ConflictEvidence& evidence,
                                    std::vector<std::string>* new_ids) {
  std::string id = EvidenceId(evidence);
  const std::string path = PathOf(id);
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
  if (new_ids->size() >= kMaxEvidenceInBatch || size_bytes > max_bytes_ ||
      *used_bytes_ > max_bytes_ - size_bytes) {
    ++over_cap_;
    return "";
  }
  if (!WriteWhole(path, content).ok()) {
    ++failed_;
    return "";
  }
  *used_bytes_ += size_bytes;
  new_ids->push_back(id);
  return id;
}

void EvidenceKeeper::TakeBack(const std::vector<std::string>& new_ids,
                              std::vector<std::string>* ids) {
  for (const std::string& new_id : new_ids) {
    ::unlink(PathOf(new_id).c_str());
    for (std::string& id : *ids) {
      if (id != new_id) continue;
      id.clear();
      ++failed_;
    }
  }
  used_bytes_.reset();  // measured again when the next one comes
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
