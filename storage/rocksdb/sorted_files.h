// Rows written into sorted files beside the database, which then adopts them in one step.
//
// Thread rule: different families may be written by different threads at once; everything else by
// one thread.

#ifndef SUMLOG_STORAGE_ROCKSDB_SORTED_FILES_H_
#define SUMLOG_STORAGE_ROCKSDB_SORTED_FILES_H_

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "rocksdb/db.h"
#include "rocksdb/sst_file_writer.h"
#include "storage/rocksdb/batch_rows.h"
#include "storage/rocksdb/families.h"
#include "storage/rocksdb/open_database.h"

namespace sumlog::storage {

class SortedFiles final : public RowSink {
 public:
  // Files are made in `folder`, which must exist and belong to this object alone. `database` must
  // outlive it.
  SortedFiles(std::string folder, const OpenDatabase& database);

  // Removes what was not adopted.
  ~SortedFiles() override;

  SortedFiles(const SortedFiles&) = delete;
  SortedFiles& operator=(const SortedFiles&) = delete;

  absl::Status Put(Family family, absl::string_view key, absl::string_view value) override;
  absl::Status Merge(Family family, absl::string_view key, absl::string_view value) override;
  absl::Status Delete(Family family, absl::string_view key) override;

  // Makes all rows part of the database, durably, in all families or in none.
  absl::Status Adopt();

 private:
  absl::StatusOr<rocksdb::SstFileWriter*> WriterOf(Family family);
  std::string PathOf(Family family) const;

  // Constant after construction.
  const std::string folder_;
  const OpenDatabase& database_;

  // Slot by slot owned by the thread that writes the family.
  std::array<std::unique_ptr<rocksdb::SstFileWriter>, kFamilyCount> writers_;
};

// Makes `folder` when it is missing and removes the files in it: those of a commit that a crash
// interrupted.
absl::Status ClearSortedFiles(rocksdb::Env* env, const std::string& folder);

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_SORTED_FILES_H_
