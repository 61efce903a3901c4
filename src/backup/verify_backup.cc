#include "backup/verify_backup.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "backup/folder_files.h"
#include "backup/layout.h"
#include "base/damage.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/hex.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::backup {
namespace {

// What is in the way of reading one file says of the backup that it is broken; everything else says
// that we cannot look.
bool IsBrokenFile(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsInvalidArgument(status) ||
         absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

class FileVerifier {
 public:
  FileVerifier(const VerifyOptions& options, const std::string& copy_to)
      : options_(options), copy_to_(copy_to) {}

  absl::StatusOr<VerifyReport> Verify() {
    ASSIGN_OR_RETURN(const std::vector<FolderEntry> top, ListFolder(options_.path));
    bool db_is_folder = true;  // or missing, which VerifyFiles says
    for (const FolderEntry& entry : top) {
      if (entry.name == "db" && !entry.is_folder) {
        db_is_folder = false;
        AddProblem(entry.name, "is not a folder");
      } else if (entry.name != "db" && entry.name != "manifest") {
        AddProblem(entry.name, "is no part of a backup");
      }
    }
    RETURN_IF_ERROR(ReadManifest());
    if (report_.manifest.has_value() && db_is_folder) RETURN_IF_ERROR(VerifyFiles());
    return std::move(report_);
  }

 private:
  void AddProblem(const std::string& thing, absl::string_view what) {
    report_.problems.push_back({.thing = thing, .what = std::string(what)});
  }

  absl::Status ReadManifest() {
    const std::string path = ManifestOf(options_.path);
    const absl::StatusOr<std::string> note = ReadSmall(path, tlog::kMaxNoteSizeBytes);
    if (!note.ok()) {
      if (!IsBrokenFile(note.status())) return note.status();
      AddProblem("manifest", note.status().message());
      return absl::OkStatus();
    }
    absl::StatusOr<Manifest> manifest = OpenManifest(*note, options_.key);
    if (absl::IsUnauthenticated(manifest.status())) return manifest.status();
    if (manifest.ok()) {
      report_.manifest = *std::move(manifest);
    } else {
      AddProblem("manifest", manifest.status().message());
    }
    return absl::OkStatus();
  }

  absl::Status VerifyFiles() {
    const std::string folder = DatabaseOf(options_.path);
    const absl::StatusOr<std::vector<FolderEntry>> entries = ListFolder(folder);
    if (!entries.ok()) {
      if (!IsBrokenFile(entries.status())) return entries.status();
      AddProblem("db", entries.status().message());
      return absl::OkStatus();
    }
    std::map<std::string, const FolderEntry*> there;
    for (const FolderEntry& entry : *entries) there[entry.name] = &entry;
    step_.total = report_.manifest->size_bytes();
    for (const ManifestFile& file : report_.manifest->files) {
      const auto found = there.find(file.name);
      if (found == there.end()) {
        AddProblem(absl::StrCat("db/", file.name), "is missing");
        continue;
      }
      RETURN_IF_ERROR(VerifyFile(file, *found->second));
      there.erase(found);
    }
    for (const auto& [name, entry] : there) {
      AddProblem(absl::StrCat("db/", name), "is not in the manifest");
    }
    return absl::OkStatus();
  }

  absl::Status VerifyFile(const ManifestFile& file, const FolderEntry& entry) {
    const std::string thing = absl::StrCat("db/", file.name);
    if (!entry.is_file) {
      AddProblem(thing, "is not a regular file");
      return absl::OkStatus();
    }
    if (entry.size_bytes != file.size_bytes) {  // not read: it could be endless
      AddProblem(thing, absl::StrCat("has ", entry.size_bytes, " bytes, want ", file.size_bytes));
      return absl::OkStatus();
    }
    const absl::StatusOr<FileSums> sums =
        ReadThrough(absl::StrCat(options_.path, "/", thing),
                    copy_to_.empty() ? "" : absl::StrCat(copy_to_, "/", file.name),
                    [this](std::uint64_t bytes) -> absl::Status {
                      step_.done += bytes;
                      watched_ = Tell(options_.watch, step_);
                      return watched_;
                    });
    RETURN_IF_ERROR(watched_);
    if (!sums.ok()) {
      // A copy that cannot be written says nothing of the backup.
      if (!copy_to_.empty() || !IsBrokenFile(sums.status())) return sums.status();
      AddProblem(thing, sums.status().message());
    } else if (sums->sha256 != file.sha256 || sums->size_bytes != file.size_bytes) {
      AddProblem(thing, absl::StrCat("its bytes hash to ", crypto::HexOf(sums->sha256), ", want ",
                                     crypto::HexOf(file.sha256)));
    }
    return absl::OkStatus();
  }

  const VerifyOptions& options_;
  const std::string& copy_to_;
  Step step_{.stage = "hash"};
  absl::Status watched_;
  VerifyReport report_;
};

}  // namespace

absl::StatusOr<VerifyReport> VerifyFiles(const VerifyOptions& options, const std::string& copy_to) {
  return FileVerifier(options, copy_to).Verify();
}

absl::StatusOr<doctor::FsckReport> VerifyLog(const std::string& path,
                                             const tlog::SignedTreeHead& head,
                                             const tlog::VerifierKey& key, const Watch& watch) {
  doctor::FsckReport unreadable;
  unreadable.problem_count = 1;
  const absl::StatusOr<std::unique_ptr<storage::LogStore>> store =
      storage::OpenRocksDbStore({.path = path, .read_only = true});
  if (absl::IsNotFound(store.status()) || IsDamagedData(store.status())) {
    unreadable.problems = {{.thing = "database", .what = std::string(store.status().message())}};
    return unreadable;
  }
  RETURN_IF_ERROR(store.status());
  doctor::FsckOptions options;
  options.keys = {key};
  // The check itself cannot be stopped; what the watch says counts afterwards.
  absl::Status watched;
  options.progress = [&](const doctor::FsckProgress& now) {
    watched.Update(Tell(watch, {.stage = now.stage, .done = now.done, .total = now.total}));
  };
  absl::StatusOr<doctor::FsckReport> report = doctor::Fsck(**store, options);
  RETURN_IF_ERROR(watched);
  if (absl::IsNotFound(report.status())) {
    unreadable.problems = {{.thing = "head", .what = std::string(report.status().message())}};
    return unreadable;
  }
  RETURN_IF_ERROR(report.status());
  const absl::StatusOr<storage::StoredHead> newest = (*store)->SignedHead();
  RETURN_IF_ERROR(newest.status());
  if (newest->note != head.note) {
    ++report->problem_count;
    report->problems.insert(report->problems.begin(),
                            {.thing = "head",
                             .what = absl::StrCat("the newest is of ", newest->size,
                                                  " records, want that of ", head.head.size)});
  }
  return report;
}

absl::StatusOr<VerifyReport> VerifyBackup(const VerifyOptions& options) {
  ASSIGN_OR_RETURN(VerifyReport report, VerifyFiles(options, ""));
  if (!report.problems.empty()) return report;
  ASSIGN_OR_RETURN(report.log, VerifyLog(DatabaseOf(options.path), report.manifest->head,
                                         options.key, options.watch));
  return report;
}

}  // namespace sumlog::backup
