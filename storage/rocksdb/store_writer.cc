#include "storage/rocksdb/store_writer.h"

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/damage.h"
#include "base/status_macros.h"
#include "storage/batch_check.h"
#include "storage/rocksdb/rocksdb_status.h"
#include "storage/rocksdb/slices.h"
#include "storage/rocksdb/sorted_files.h"
#include "storage/rocksdb/store_view.h"

namespace sumlog::storage {
namespace {

constexpr std::uint64_t kWidth = tlog::kFullTileWidth;

class WriteBatchSink final : public RowSink {
 public:
  WriteBatchSink(const OpenDatabase& database, rocksdb::WriteBatch* rows)
      : database_(database), rows_(rows) {}

  absl::Status Put(Family family, absl::string_view key, absl::string_view value) override {
    return ToStatus(rows_->Put(database_.handle(family), ToSlice(key), ToSlice(value)),
                    "cannot gather rows");
  }
  absl::Status Merge(Family family, absl::string_view key, absl::string_view value) override {
    return ToStatus(rows_->Merge(database_.handle(family), ToSlice(key), ToSlice(value)),
                    "cannot gather rows");
  }
  absl::Status Delete(Family family, absl::string_view key) override {
    return ToStatus(rows_->Delete(database_.handle(family), ToSlice(key)), "cannot gather rows");
  }

 private:
  const OpenDatabase& database_;
  rocksdb::WriteBatch* const rows_;
};

// Number of the first record of the tile that record `number` is in.
std::uint64_t TileBegin(std::uint64_t number) { return number - number % kWidth; }

}  // namespace

std::string StoreWriter::BulkFolder() const {
  return absl::StrCat(database_.db()->GetName(), "/bulk");
}

absl::StatusOr<std::unique_ptr<StoreWriter>> StoreWriter::Start(const OpenDatabase& database) {
  std::unique_ptr<StoreWriter> writer(new StoreWriter(database));
  RETURN_IF_ERROR(ClearSortedFiles(database.db()->GetEnv(), writer->BulkFolder()));
  RETURN_IF_ERROR(writer->ReadNewest());
  RETURN_IF_ERROR(writer->DropLeftOvers());
  return writer;
}

absl::Status StoreWriter::ReadNewest() {
  ASSIGN_OR_RETURN(const std::optional<RowReader::Row> head, rows_.LastRow(Family::kHeads));
  if (head.has_value()) {
    ASSIGN_OR_RETURN(newest_, ParseHead(head->key, head->value));
  }
  ASSIGN_OR_RETURN(const std::optional<RowReader::Row> run, rows_.LastRow(Family::kProvenance));
  if (run.has_value()) {
    ASSIGN_OR_RETURN(last_provenance_, ParseProvenance(run->value));
  }
  return absl::OkStatus();
}

absl::Status StoreWriter::DropLeftOvers() {
  const std::uint64_t tail_begin = newest_.has_value() ? TileBegin(newest_->size) : 0;
  rocksdb::WriteBatch left_overs;
  RETURN_IF_ERROR(
      rows_.Scan(Family::kTail, "",
                 [&](absl::string_view key, absl::string_view /*value*/) -> absl::StatusOr<bool> {
                   ASSIGN_OR_RETURN(const std::uint64_t number, ParseNumber(key));
                   if (number >= tail_begin) return false;
                   DeleteTailRow(number, &left_overs);
                   return true;
                 }));
  if (left_overs.Count() == 0) return absl::OkStatus();
  return Write(&left_overs, /*sync=*/false);
}

absl::Status StoreWriter::Write(rocksdb::WriteBatch* rows, bool sync) {
  rocksdb::WriteOptions options;
  options.sync = sync;
  return ToStatus(database_.db()->Write(options, rows), "cannot write to the database");
}

void StoreWriter::DeleteTailRow(std::uint64_t number, rocksdb::WriteBatch* rows) const {
  // Fails only for a batch beyond a limit, and ours has none.
  rows->Delete(database_.handle(Family::kTail), NumberRow(number)).PermitUncheckedError();
}

absl::StatusOr<StoredEdge> StoreWriter::ReadEdge(const CommitBatch& batch) const {
  StoredEdge edge;
  edge.last_provenance = last_provenance_;
  if (CompletesTail(batch)) {
    const std::uint64_t begin = TileBegin(batch.expected_size);
    const std::uint64_t width = batch.expected_size - begin;
    ASSIGN_OR_RETURN(edge.tail, rows_.TailRows(begin, width));
    if (edge.tail.size() != width) {
      return DamagedData(absl::StrCat("the unfinished data tile has ", edge.tail.size(),
                                      " records in the database, want ", width));
    }
  }
  for (const tlog::TileGrowth& growth : batch.tiles) {
    if (growth.level == 0 || growth.first == 0) continue;
    rocksdb::PinnableSlice value;
    ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kHashTiles,
                                                 HashTileKey(growth.level, growth.index), &value));
    if (!found) {
      return DamagedData(absl::StrCat("hash tile ", growth.level, "/", growth.index,
                                      " is missing from the database"));
    }
    ASSIGN_OR_RETURN(edge.partial_tiles[growth.level], ParseHashTile(ToView(value), growth.first));
  }
  return edge;
}

void StoreWriter::NoteCommitted(const CommitBatch& batch) {
  newest_ = KeptHead(batch.head);
  if (!batch.provenance.empty()) last_provenance_ = batch.provenance.back().provenance;
}

absl::Status StoreWriter::Commit(const CommitBatch& batch) {
  ASSIGN_OR_RETURN(const StoredEdge edge, ReadEdge(batch));
  rocksdb::WriteBatch rows;
  WriteBatchSink sink(database_, &rows);
  RETURN_IF_ERROR(WriteTileRows(batch, edge, sink));
  RETURN_IF_ERROR(WriteIndexRows(batch, sink));
  RETURN_IF_ERROR(WriteHeadRows(batch, edge, sink));
  if (CompletesTail(batch)) {
    for (std::uint64_t number = TileBegin(batch.expected_size); number < batch.expected_size;
         ++number) {
      DeleteTailRow(number, &rows);
    }
  }
  RETURN_IF_ERROR(Write(&rows, /*sync=*/true));
  NoteCommitted(batch);
  return absl::OkStatus();
}

absl::Status StoreWriter::CommitBulk(const CommitBatch& batch) {
  ASSIGN_OR_RETURN(const StoredEdge edge, ReadEdge(batch));
  SortedFiles files(BulkFolder(), database_);
  // The two halves take about as long as each other, and touch different families.
  absl::Status index_status;
  {
    std::jthread index_thread([&] { index_status = WriteIndexRows(batch, files); });
    RETURN_IF_ERROR(WriteTileRows(batch, edge, files));
    RETURN_IF_ERROR(WriteHeadRows(batch, edge, files));
  }
  RETURN_IF_ERROR(index_status);
  RETURN_IF_ERROR(files.Adopt());
  NoteCommitted(batch);
  return absl::OkStatus();
}

void StoreWriter::DropOldTail(const CommitBatch& batch) {
  if (!CompletesTail(batch)) return;
  rocksdb::WriteBatch rows;
  for (std::uint64_t number = TileBegin(batch.expected_size); number < batch.expected_size;
       ++number) {
    DeleteTailRow(number, &rows);
  }
  // The rows are invisible already. If they cannot be removed now, the next open does it.
  Write(&rows, /*sync=*/false).IgnoreError();
}

absl::Status StoreWriter::PutState(absl::string_view key, const std::optional<std::string>& value) {
  rocksdb::WriteBatch rows;
  rocksdb::ColumnFamilyHandle* const meta = database_.handle(Family::kMeta);
  const rocksdb::Status gathered =
      value.has_value() ? rows.Put(meta, StateKey(key), *value) : rows.Delete(meta, StateKey(key));
  RETURN_IF_ERROR(ToStatus(gathered, "cannot gather rows"));
  return Write(&rows, /*sync=*/true);
}

}  // namespace sumlog::storage
