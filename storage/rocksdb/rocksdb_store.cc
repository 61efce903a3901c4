#include "storage/rocksdb/rocksdb_store.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/snapshot.h"
#include "base/status_macros.h"
#include "storage/batch_check.h"
#include "storage/rocksdb/open_database.h"
#include "storage/rocksdb/row_reader.h"
#include "storage/rocksdb/slices.h"
#include "storage/rocksdb/store_writer.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::storage {
namespace {

constexpr std::uint64_t kWidth = tlog::kFullTileWidth;

absl::Status NoRecord(std::uint64_t number) {
  return absl::NotFoundError(absl::StrCat("no record ", number));
}

absl::Status Missing(absl::string_view thing) {
  return absl::DataLossError(absl::StrCat(thing, " is missing from the database"));
}

class RocksDbStore final : public LogStore {
 public:
  static absl::StatusOr<std::unique_ptr<LogStore>> Open(const RocksDbOptions& options) {
    ASSIGN_OR_RETURN(std::unique_ptr<OpenDatabase> database, OpenDatabase::Open(options));
    std::unique_ptr<RocksDbStore> store(new RocksDbStore(std::move(database)));
    ASSIGN_OR_RETURN(const std::optional<RowReader::Row> row, store->rows_.LastRow(Family::kHeads));
    if (row.has_value()) {
      ASSIGN_OR_RETURN(StoredHead head, ParseHead(row->key, row->value));
      store->Publish(std::move(head));
    }
    if (!options.read_only) {
      ASSIGN_OR_RETURN(store->writer_, StoreWriter::Start(*store->database_, store->size_));
    }
    return store;
  }

  absl::Status Commit(const CommitBatch& batch) override { return CommitWith(batch, false); }
  absl::Status CommitBulk(const CommitBatch& batch) override { return CommitWith(batch, true); }

  absl::StatusOr<StoredHead> SignedHead() const override {
    const std::shared_ptr<const StoredHead> head = newest_.Load();
    if (head == nullptr) return absl::NotFoundError("the store has no head yet");
    return *head;
  }

  absl::StatusOr<std::vector<StoredHead>> SignedHeads(std::uint64_t min_size,
                                                      std::uint64_t max_size,
                                                      std::size_t limit) const override {
    std::vector<StoredHead> heads;
    if (newest_.Load() == nullptr || limit == 0) return heads;
    const std::uint64_t last = std::min<std::uint64_t>(max_size, size_);
    RETURN_IF_ERROR(
        rows_.Scan(Family::kHeads, NumberRow(min_size),
                   [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                     ASSIGN_OR_RETURN(StoredHead head, ParseHead(key, value));
                     if (head.size > last) return false;
                     heads.push_back(std::move(head));
                     return heads.size() < limit;
                   }));
    return heads;
  }

  absl::StatusOr<std::vector<tlog::Hash>> HashTile(std::uint32_t level,
                                                   std::uint64_t index) const override {
    const std::uint32_t width = tlog::WidestTile(level, index, size_);
    if (width == 0) return absl::NotFoundError(absl::StrCat("no hash tile ", level, "/", index));
    if (level == 0 && width < kWidth) {
      ASSIGN_OR_RETURN(const std::vector<TailRow> tail, rows_.TailRows(index * kWidth, width));
      if (tail.size() == width) {
        std::vector<tlog::Hash> hashes;
        hashes.reserve(width);
        for (const TailRow& row : tail) hashes.push_back(row.leaf);
        return hashes;
      }
      // The tile has become full meanwhile: see row_reader.h.
    }
    rocksdb::PinnableSlice value;
    ASSIGN_OR_RETURN(const bool found,
                     rows_.Get(Family::kHashTiles, HashTileKey(level, index), &value));
    if (!found) return Missing(absl::StrCat("hash tile ", level, "/", index));
    return ParseHashTile(ToView(value), width);
  }

  absl::StatusOr<std::string> Record(std::uint64_t number) const override {
    const std::uint64_t size = size_;
    if (number >= size) return NoRecord(number);
    rocksdb::PinnableSlice value;
    if (number / kWidth == size / kWidth) {
      ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kTail, NumberRow(number), &value));
      if (found) {
        ASSIGN_OR_RETURN(TailRow row, ParseTailValue(ToView(value)));
        return std::move(row.text);
      }
    }
    ASSIGN_OR_RETURN(const bool found,
                     rows_.Get(Family::kRecords, NumberRow(number / kWidth), &value));
    if (!found) return Missing(absl::StrCat("record ", number));
    ASSIGN_OR_RETURN(const absl::string_view text,
                     RecordInDataTile(ToView(value), static_cast<std::uint32_t>(number % kWidth)));
    return std::string(text);
  }

  absl::StatusOr<PackedTexts> DataTile(std::uint64_t index) const override {
    const std::uint32_t width = tlog::WidestTile(0, index, size_);
    if (width == 0) return absl::NotFoundError(absl::StrCat("no data tile ", index));
    if (width < kWidth) {
      ASSIGN_OR_RETURN(const std::vector<TailRow> tail, rows_.TailRows(index * kWidth, width));
      if (tail.size() == width) {
        PackedTexts texts;
        for (const TailRow& row : tail) texts.Append(row.text);
        return texts;
      }
    }
    rocksdb::PinnableSlice value;
    ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kRecords, NumberRow(index), &value));
    if (!found) return Missing(absl::StrCat("data tile ", index));
    return ParseDataTile(ToView(value), width);
  }

  absl::StatusOr<std::uint64_t> Find(absl::string_view key) const override {
    const std::uint64_t size = size_;
    rocksdb::PinnableSlice value;
    ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kIndex, key, &value));
    if (found) {
      ASSIGN_OR_RETURN(const std::uint64_t number, ParseNumber(ToView(value)));
      if (number < size) return number;
    }
    return absl::NotFoundError(absl::StrCat("no index row ", key));
  }

  absl::StatusOr<std::uint64_t> FindLeaf(const tlog::Hash& leaf) const override {
    ASSIGN_OR_RETURN(
        const std::optional<std::uint64_t> number,
        rows_.FirstLeaf(leaf, size_, [&](std::uint64_t candidate) -> absl::StatusOr<bool> {
          ASSIGN_OR_RETURN(const std::vector<tlog::Hash> tile, HashTile(0, candidate / kWidth));
          return tile[candidate % kWidth] == leaf;
        }));
    if (number.has_value()) return *number;
    return absl::NotFoundError(absl::StrCat("no leaf ", tlog::FormatHash(leaf)));
  }

  absl::StatusOr<storage::Provenance> Provenance(std::uint64_t number) const override {
    if (number >= size_) return NoRecord(number);
    ASSIGN_OR_RETURN(const std::optional<RowReader::Row> row,
                     rows_.RowAtOrBefore(Family::kProvenance, NumberRow(number)));
    if (!row.has_value()) return Missing(absl::StrCat("provenance of record ", number));
    return ParseProvenance(row->value);
  }

  absl::Status VisitIndex(
      const std::function<absl::Status(absl::string_view key, std::uint64_t number)>& visit)
      const override {
    const std::uint64_t size = size_;
    return rows_.Scan(Family::kIndex, "",
                      [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                        ASSIGN_OR_RETURN(const std::uint64_t number, ParseNumber(value));
                        if (number < size) RETURN_IF_ERROR(visit(key, number));
                        return true;
                      });
  }

  absl::StatusOr<std::optional<std::string>> GetState(absl::string_view key) const override {
    rocksdb::PinnableSlice value;
    ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kMeta, StateKey(key), &value));
    if (!found) return std::nullopt;
    return value.ToString();
  }

  absl::Status PutState(absl::string_view key, const std::optional<std::string>& value) override {
    RETURN_IF_ERROR(CheckState(key, value));
    MutexLock lock(&commit_mu_);
    if (writer_ == nullptr) return ReadOnly();
    return writer_->PutState(key, value);
  }

 private:
  explicit RocksDbStore(std::unique_ptr<OpenDatabase> database)
      : database_(std::move(database)), rows_(database_->db(), database_->handles()) {}

  static absl::Status ReadOnly() {
    return absl::FailedPreconditionError("the database is open for reading only");
  }

  absl::Status CommitWith(const CommitBatch& batch, bool bulk) {
    MutexLock lock(&commit_mu_);
    if (writer_ == nullptr) return ReadOnly();
    const std::shared_ptr<const StoredHead> newest = newest_.Load();
    RETURN_IF_ERROR(
        CheckBatch(batch, newest == nullptr ? std::nullopt : std::optional<StoredHead>(*newest)));
    RETURN_IF_ERROR(bulk ? writer_->CommitBulk(batch) : writer_->Commit(batch));
    StoredHead head = batch.head;
    head.signed_at = absl::FromUnixMicros(absl::ToUnixMicros(head.signed_at));
    Publish(std::move(head));
    // Only now: a reader that does not find a row of the old tail looks into the full tile.
    writer_->AfterCommit(batch);
    return absl::OkStatus();
  }

  // Makes everything below `head` visible to readers.
  void Publish(StoredHead head) {
    const std::uint64_t size = head.size;
    // Shared: SignedHead copies it while the next one is published.
    newest_.Store(std::make_shared<const StoredHead>(std::move(head)));
    size_ = size;
  }

  // Constant after construction.
  const std::unique_ptr<OpenDatabase> database_;
  const RowReader rows_;

  Snapshot<StoredHead> newest_;
  std::atomic<std::uint64_t> size_ = 0;  // of newest_: rows at or beyond it are invisible

  // One commit at a time.
  Mutex commit_mu_;
  std::unique_ptr<StoreWriter> writer_ ABSL_GUARDED_BY(commit_mu_);  // null: read only
};

}  // namespace

absl::StatusOr<std::unique_ptr<LogStore>> OpenRocksDbStore(const RocksDbOptions& options) {
  return RocksDbStore::Open(options);
}

}  // namespace sumlog::storage
