#include "storage/rocksdb/store_writer.h"

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/rocksdb/rocksdb_status.h"
#include "storage/rocksdb/slices.h"
#include "storage/rocksdb/sorted_files.h"

namespace sumlog::storage {
namespace {

constexpr std::uint64_t kWidth = tlog::kFullTileWidth;

class WriteBatchSink final : public RowSink {
 public:
  WriteBatchSink(const FamilyHandles& handles, rocksdb::WriteBatch* rows)
      : handles_(handles), rows_(rows) {}

  absl::Status Put(Family family, absl::string_view key, absl::string_view value) override {
    return ToStatus(rows_->Put(handles_[FamilyNumber(family)], ToSlice(key), ToSlice(value)),
                    "cannot gather rows");
  }
  absl::Status Merge(Family family, absl::string_view key, absl::string_view value) override {
    return ToStatus(rows_->Merge(handles_[FamilyNumber(family)], ToSlice(key), ToSlice(value)),
                    "cannot gather rows");
  }

 private:
  const FamilyHandles& handles_;
  rocksdb::WriteBatch* const rows_;
};

}  // namespace

std::string StateKey(absl::string_view key) { return absl::StrCat("state/", key); }

std::string StoreWriter::BulkFolder() const {
  return absl::StrCat(database_.db()->GetName(), "/bulk");
}

absl::StatusOr<std::unique_ptr<StoreWriter>> StoreWriter::Start(const OpenDatabase& database,
                                                                std::uint64_t size) {
  std::unique_ptr<StoreWriter> writer(new StoreWriter(database));
  RETURN_IF_ERROR(ClearSortedFiles(database.db()->GetEnv(), writer->BulkFolder()));

  ASSIGN_OR_RETURN(const std::optional<RowReader::Row> run,
                   writer->rows_.LastRow(Family::kProvenance));
  if (run.has_value()) {
    ASSIGN_OR_RETURN(writer->last_provenance_, ParseProvenance(run->value));
  }

  // Rows below the unfinished tile were left by a bulk commit that was interrupted at its end.
  rocksdb::WriteBatch left_over;
  RETURN_IF_ERROR(writer->rows_.Scan(
      Family::kTail, "",
      [&](absl::string_view key, absl::string_view /*value*/) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const std::uint64_t number, ParseNumber(key));
        if (number >= size - size % kWidth) return false;
        writer->DropTail(number, number + 1, &left_over);
        return true;
      }));
  if (left_over.Count() > 0) RETURN_IF_ERROR(writer->Write(&left_over, /*sync=*/false));
  return writer;
}

absl::Status StoreWriter::ResumeAfterFailure() {
  return ToStatus(database_.db()->Resume(), "the database cannot go on after a failed write");
}

absl::Status StoreWriter::Write(rocksdb::WriteBatch* rows, bool sync) {
  rocksdb::WriteOptions options;
  options.sync = sync;
  return ToStatus(database_.db()->Write(options, rows), "cannot write to the database");
}

void StoreWriter::DropTail(std::uint64_t begin, std::uint64_t end,
                           rocksdb::WriteBatch* rows) const {
  for (std::uint64_t number = begin; number < end; ++number) {
    rows->Delete(database_.handles()[FamilyNumber(Family::kTail)], NumberRow(number))
        .PermitUncheckedError();  // fails for batches above a limit only, which there is not
  }
}

absl::StatusOr<StoredEdge> StoreWriter::ReadEdge(const CommitBatch& batch) const {
  StoredEdge edge;
  edge.last_provenance = last_provenance_;
  if (CompletesTail(batch)) {
    const std::uint64_t width = batch.expected_size % kWidth;
    ASSIGN_OR_RETURN(edge.tail, rows_.TailRows(batch.expected_size - width, width));
    if (edge.tail.size() != width) {
      return absl::DataLossError(absl::StrCat("the unfinished data tile has ", edge.tail.size(),
                                              " records in the database, want ", width));
    }
  }
  for (const tlog::TileGrowth& growth : batch.tiles) {
    if (growth.level == 0 || growth.first == 0) continue;
    rocksdb::PinnableSlice value;
    ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kHashTiles,
                                                 HashTileKey(growth.level, growth.index), &value));
    if (!found) {
      return absl::DataLossError(absl::StrCat("hash tile ", growth.level, "/", growth.index,
                                              " is missing from the database"));
    }
    ASSIGN_OR_RETURN(edge.partial_tiles[growth.level], ParseHashTile(ToView(value), growth.first));
  }
  return edge;
}

absl::Status StoreWriter::Commit(const CommitBatch& batch) {
  RETURN_IF_ERROR(ResumeAfterFailure());
  ASSIGN_OR_RETURN(const StoredEdge edge, ReadEdge(batch));
  rocksdb::WriteBatch rows;
  WriteBatchSink sink(database_.handles(), &rows);
  RETURN_IF_ERROR(WriteTileRows(batch, edge, sink));
  RETURN_IF_ERROR(WriteIndexRows(batch, sink));
  RETURN_IF_ERROR(WriteHeadRows(batch, edge, sink));
  if (CompletesTail(batch)) {
    DropTail(batch.expected_size - batch.expected_size % kWidth, batch.expected_size, &rows);
  }
  RETURN_IF_ERROR(Write(&rows, /*sync=*/true));
  bulk_tail_ = false;
  return absl::OkStatus();
}

absl::Status StoreWriter::CommitBulk(const CommitBatch& batch) {
  RETURN_IF_ERROR(ResumeAfterFailure());
  ASSIGN_OR_RETURN(const StoredEdge edge, ReadEdge(batch));
  SortedFiles files(BulkFolder(), database_.db(), database_.handles());
  // The two halves take about as long as each other, and touch different families.
  absl::Status index_status;
  {
    std::jthread index_thread([&] { index_status = WriteIndexRows(batch, files); });
    RETURN_IF_ERROR(WriteTileRows(batch, edge, files));
    RETURN_IF_ERROR(WriteHeadRows(batch, edge, files));
  }
  RETURN_IF_ERROR(index_status);
  RETURN_IF_ERROR(files.Adopt());
  bulk_tail_ = CompletesTail(batch);
  return absl::OkStatus();
}

void StoreWriter::AfterCommit(const CommitBatch& batch) {
  if (!batch.provenance.empty()) last_provenance_ = batch.provenance.back().provenance;
  if (!bulk_tail_) return;
  // The rows are invisible already. If they cannot be removed now, the next open does it.
  rocksdb::WriteBatch rows;
  DropTail(batch.expected_size - batch.expected_size % kWidth, batch.expected_size, &rows);
  Write(&rows, /*sync=*/false).IgnoreError();
}

absl::Status StoreWriter::PutState(absl::string_view key, const std::optional<std::string>& value) {
  RETURN_IF_ERROR(ResumeAfterFailure());
  rocksdb::WriteBatch rows;
  rocksdb::ColumnFamilyHandle* const meta = database_.handles()[FamilyNumber(Family::kMeta)];
  const rocksdb::Status gathered =
      value.has_value() ? rows.Put(meta, StateKey(key), *value) : rows.Delete(meta, StateKey(key));
  RETURN_IF_ERROR(ToStatus(gathered, "cannot gather rows"));
  return Write(&rows, /*sync=*/true);
}

}  // namespace sumlog::storage
