// The writing half of the store: turns batches into durable rows.
//
// Owned by one thread at a time: rocksdb_store.cc holds a lock around every call.

#ifndef SUMLOG_STORAGE_ROCKSDB_STORE_WRITER_H_
#define SUMLOG_STORAGE_ROCKSDB_STORE_WRITER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/write_batch.h"
#include "storage/rocksdb/batch_rows.h"
#include "storage/rocksdb/open_database.h"
#include "storage/rocksdb/row_reader.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::storage {

// Key in the family kMeta of small state `key`.
std::string StateKey(absl::string_view key);

class StoreWriter {
 public:
  // Takes up the work at a tree of `size` records: removes what an interrupted commit left behind.
  // `database` must outlive the writer.
  static absl::StatusOr<std::unique_ptr<StoreWriter>> Start(const OpenDatabase& database,
                                                            std::uint64_t size);

  // The batch has passed CheckBatch. One synced write.
  absl::Status Commit(const CommitBatch& batch);

  // The same, by sorted files.
  absl::Status CommitBulk(const CommitBatch& batch);

  // To be called once a successful batch is visible to readers.
  void AfterCommit(const CommitBatch& batch);

  absl::Status PutState(absl::string_view key, const std::optional<std::string>& value);

 private:
  explicit StoreWriter(const OpenDatabase& database)
      : database_(database), rows_(database.db(), database.handles()) {}

  // After a failed write RocksDB refuses all others until it is told to go on.
  absl::Status ResumeAfterFailure();
  absl::StatusOr<StoredEdge> ReadEdge(const CommitBatch& batch) const;
  absl::Status Write(rocksdb::WriteBatch* rows, bool sync);
  // Removes the rows of the tail from record `begin` to before `end`.
  void DropTail(std::uint64_t begin, std::uint64_t end, rocksdb::WriteBatch* rows) const;
  std::string BulkFolder() const;

  // Constant after construction.
  const OpenDatabase& database_;
  const RowReader rows_;

  std::optional<Provenance> last_provenance_;
  bool bulk_tail_ = false;  // the last commit was a bulk that left the old tail's rows behind
};

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_STORE_WRITER_H_
