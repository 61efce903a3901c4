// The writing half of the store: turns batches into durable rows of one open database.
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

class StoreWriter {
 public:
  // Takes up the work where the database stands and removes what an interrupted commit left behind.
  // `database` must outlive the writer.
  static absl::StatusOr<std::unique_ptr<StoreWriter>> Start(const OpenDatabase& database);

  // The newest head in the database; nullopt: a new store.
  const std::optional<StoredHead>& newest() const { return newest_; }

  // Writes a batch that has passed CheckBatch against newest(): one synced write. After an error
  // the database may refuse all further writes: it is to be opened again.
  absl::Status Commit(const CommitBatch& batch);

  // The same, by sorted files.
  absl::Status CommitBulk(const CommitBatch& batch);

  // To be called once a bulk commit is visible to readers: removes the rows of the tile that it
  // completed. A reader that does not find them there any more finds the full tile.
  void DropOldTail(const CommitBatch& batch);

  absl::Status PutState(absl::string_view key, const std::optional<std::string>& value);

 private:
  explicit StoreWriter(const OpenDatabase& database) : database_(database), rows_(database) {}

  absl::Status ReadNewest();
  // Removes rows of the tail below the unfinished tile: a bulk commit was interrupted at its end.
  absl::Status DropLeftOvers();
  absl::StatusOr<StoredEdge> ReadEdge(const CommitBatch& batch) const;
  absl::Status Write(rocksdb::WriteBatch* rows, bool sync);
  void DeleteTailRow(std::uint64_t number, rocksdb::WriteBatch* rows) const;
  void NoteCommitted(const CommitBatch& batch);
  std::string BulkFolder() const;

  // Constant after construction.
  const OpenDatabase& database_;
  const RowReader rows_;

  // What the newest rows say.
  std::optional<StoredHead> newest_;
  std::optional<Provenance> last_provenance_;
};

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_STORE_WRITER_H_
