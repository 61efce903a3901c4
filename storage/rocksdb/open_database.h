// An open database with its column families, closed when it goes.

#ifndef SUMLOG_STORAGE_ROCKSDB_OPEN_DATABASE_H_
#define SUMLOG_STORAGE_ROCKSDB_OPEN_DATABASE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/db.h"
#include "storage/rocksdb/families.h"
#include "storage/rocksdb/rocksdb_store.h"

namespace sumlog::storage {

// The version of the byte layout in storage/README.md.
inline constexpr char kFormatVersion[] = "1";

class OpenDatabase {
 public:
  // Status codes: OpenRocksDbStore. A database whose making was interrupted counts as none.
  static absl::StatusOr<std::unique_ptr<OpenDatabase>> Open(const RocksDbOptions& options);

  ~OpenDatabase();
  OpenDatabase(const OpenDatabase&) = delete;
  OpenDatabase& operator=(const OpenDatabase&) = delete;

  rocksdb::DB* db() const { return db_.get(); }

  // What changes whenever the writer changes its set of files: name and length of the manifest.
  std::string ManifestState() const;

  // In order of Family.
  const std::vector<rocksdb::ColumnFamilyHandle*>& handles() const { return handles_; }

  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return handles_[FamilyNumber(family)];
  }

 private:
  OpenDatabase() = default;

  static absl::StatusOr<std::unique_ptr<OpenDatabase>> OpenForWriting(
      const RocksDbOptions& options);
  static absl::StatusOr<std::unique_ptr<OpenDatabase>> OpenForReading(
      const RocksDbOptions& options);

  std::unique_ptr<rocksdb::Env> env_;  // of a writer: over AdoptionFileSystem
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_OPEN_DATABASE_H_
