#include "storage/rocksdb/sorted_files.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/rocksdb/adoption_file_system.h"
#include "storage/rocksdb/rocksdb_status.h"
#include "storage/rocksdb/slices.h"

namespace sumlog::storage {

SortedFiles::SortedFiles(std::string folder, const OpenDatabase& database)
    : folder_(std::move(folder)), database_(database) {}

SortedFiles::~SortedFiles() {
  for (std::size_t number = 0; number < kFamilyCount; ++number) {
    if (writers_[number] == nullptr) continue;
    writers_[number].reset();
    // An adopted file is gone from here already. What cannot be removed now goes at the next open.
    database_.db()
        ->GetEnv()
        ->DeleteFile(PathOf(static_cast<Family>(number)))
        .PermitUncheckedError();
  }
}

std::string SortedFiles::PathOf(Family family) const {
  return absl::StrCat(folder_, "/", FamilyNumber(family), ".sst");
}

absl::StatusOr<rocksdb::SstFileWriter*> SortedFiles::WriterOf(Family family) {
  std::unique_ptr<rocksdb::SstFileWriter>& writer = writers_[FamilyNumber(family)];
  if (writer == nullptr) {
    rocksdb::ColumnFamilyHandle* const handle = database_.handle(family);
    writer = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(),
                                                      database_.db()->GetOptions(handle), handle);
    RETURN_IF_ERROR(ToStatus(writer->Open(PathOf(family)), "cannot make a sorted file"));
  }
  return writer.get();
}

absl::Status SortedFiles::Put(Family family, absl::string_view key, absl::string_view value) {
  ASSIGN_OR_RETURN(rocksdb::SstFileWriter* const writer, WriterOf(family));
  return ToStatus(writer->Put(ToSlice(key), ToSlice(value)), "cannot write a sorted file");
}

absl::Status SortedFiles::Merge(Family family, absl::string_view key, absl::string_view value) {
  ASSIGN_OR_RETURN(rocksdb::SstFileWriter* const writer, WriterOf(family));
  return ToStatus(writer->Merge(ToSlice(key), ToSlice(value)), "cannot write a sorted file");
}

absl::Status SortedFiles::Delete(Family family, absl::string_view key) {
  ASSIGN_OR_RETURN(rocksdb::SstFileWriter* const writer, WriterOf(family));
  return ToStatus(writer->Delete(ToSlice(key)), "cannot write a sorted file");
}

absl::Status SortedFiles::Adopt() {
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.snapshot_consistency = false;  // nobody takes snapshots: readers go by the head's size
  options.write_global_seqno = false;
  std::vector<rocksdb::IngestExternalFileArg> arguments;
  for (std::size_t number = 0; number < kFamilyCount; ++number) {
    if (writers_[number] == nullptr) continue;
    RETURN_IF_ERROR(ToStatus(writers_[number]->Finish(), "cannot finish a sorted file"));
    rocksdb::IngestExternalFileArg argument;
    argument.column_family = database_.handles()[number];
    argument.external_files = {PathOf(static_cast<Family>(number))};
    argument.options = options;
    arguments.push_back(std::move(argument));
  }
  const std::string manifest_before = database_.ManifestState();
  rocksdb::Status status;
  std::vector<std::string> removals;
  {
    const AdoptionFileSystem::PostponedRemovals postponed;
    status = database_.db()->IngestExternalFiles(arguments);
    removals = postponed.paths();
  }
  // After a failure the manifest may name the files, unless it is as it was.
  if (status.ok() || database_.ManifestState() == manifest_before) {
    for (const std::string& path : removals) {
      database_.db()->GetEnv()->DeleteFile(path).PermitUncheckedError();
    }
  }
  return ToStatus(status, "cannot adopt sorted files");
}

absl::Status ClearSortedFiles(rocksdb::Env* env, const std::string& folder) {
  RETURN_IF_ERROR(ToStatus(env->CreateDirIfMissing(folder), "cannot make a folder"));
  std::vector<std::string> names;
  RETURN_IF_ERROR(ToStatus(env->GetChildren(folder, &names), "cannot list a folder"));
  for (const std::string& name : names) {
    if (name == "." || name == "..") continue;
    RETURN_IF_ERROR(
        ToStatus(env->DeleteFile(absl::StrCat(folder, "/", name)), "cannot remove a left-over"));
  }
  return absl::OkStatus();
}

}  // namespace sumlog::storage
