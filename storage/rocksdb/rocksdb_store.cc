#include "storage/rocksdb/rocksdb_store.h"

#include <atomic>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/snapshot.h"
#include "base/status_macros.h"
#include "storage/batch_check.h"
#include "storage/rocksdb/copy_database.h"
#include "storage/rocksdb/open_database.h"
#include "storage/rocksdb/provenance_cache.h"
#include "storage/rocksdb/row_reader.h"
#include "storage/rocksdb/store_view.h"
#include "storage/rocksdb/store_writer.h"

namespace sumlog::storage {
namespace {

// Tells when a database that readers shared has been closed by the last of them.
class Closing {
 public:
  // Shared: each reader keeps the database open for the length of its question.
  static std::shared_ptr<const OpenDatabase> Share(std::unique_ptr<OpenDatabase> database,
                                                   std::shared_ptr<Closing> closing) {
    return std::shared_ptr<const OpenDatabase>(
        database.release(), [closing = std::move(closing)](const OpenDatabase* closed) {
          delete closed;
          closing->Note();
        });
  }

  void Wait() {
    MutexLock lock(&mu_);
    while (!closed_) changed_.Wait(&mu_);
  }

 private:
  void Note() {
    MutexLock lock(&mu_);
    closed_ = true;
    changed_.NotifyAll();
  }

  Mutex mu_;
  CondVar changed_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

class OpenedStore final : public RocksDbStore {
 public:
  static absl::StatusOr<std::unique_ptr<RocksDbStore>> Open(const RocksDbOptions& options) {
    std::unique_ptr<OpenedStore> store(new OpenedStore(options));
    MutexLock lock(&store->commit_mu_);
    ASSIGN_OR_RETURN(std::unique_ptr<OpenDatabase> database, OpenDatabase::Open(options));
    store->options_.create = false;
    ASSIGN_OR_RETURN(const std::optional<RowReader::Row> row,
                     RowReader(*database).LastRow(Family::kHeads));
    if (row.has_value()) {
      ASSIGN_OR_RETURN(StoredHead head, ParseHead(row->key, row->value));
      store->Publish(std::move(head));
    }
    if (options.read_only) {
      store->UseForReading(std::move(database));
    } else {
      RETURN_IF_ERROR(store->UseForWriting(std::move(database)));
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
    if (newest_.Load() == nullptr) return std::vector<StoredHead>();
    return Now().SignedHeads(min_size, max_size, limit);
  }
  absl::StatusOr<std::vector<tlog::Hash>> HashTile(std::uint32_t level,
                                                   std::uint64_t index) const override {
    return Now().HashTile(level, index);
  }
  absl::StatusOr<std::string> Record(std::uint64_t number) const override {
    return Now().Record(number);
  }
  absl::StatusOr<PackedTexts> DataTile(std::uint64_t index) const override {
    return Now().DataTile(index);
  }
  absl::StatusOr<std::uint64_t> Find(absl::string_view key) const override {
    return Now().Find(key);
  }
  absl::StatusOr<std::uint64_t> FindLeaf(const tlog::Hash& leaf) const override {
    return Now().FindLeaf(leaf);
  }
  absl::StatusOr<storage::Provenance> Provenance(std::uint64_t number) const override {
    // What is below the visible size once stays as it is, also when the database is opened again.
    if (std::optional<storage::Provenance> known = provenance_.Find(number)) return *known;
    ASSIGN_OR_RETURN(KnownRun run, Now().ProvenanceAround(number));
    storage::Provenance provenance = run.provenance;
    provenance_.Keep(std::move(run));
    return provenance;
  }
  absl::StatusOr<std::optional<std::string>> GetState(absl::string_view key) const override {
    return Now().GetState(key);
  }

  absl::Status VisitIndex(
      const std::function<absl::Status(absl::string_view key, std::uint64_t number)>& visit)
      const override {
    std::optional<std::string> after;
    while (true) {
      // A view for each piece: `visit` may take its time without keeping the database open.
      ASSIGN_OR_RETURN(std::vector<IndexRow> rows, Now().IndexRows(after));
      if (rows.empty()) return absl::OkStatus();
      for (const IndexRow& row : rows) RETURN_IF_ERROR(visit(row.key, row.number));
      after = std::move(rows.back().key);
    }
  }

  absl::Status PutState(absl::string_view key, const std::optional<std::string>& value) override {
    RETURN_IF_ERROR(CheckState(key, value));
    MutexLock lock(&commit_mu_);
    return WriteWithSecondTry(
        [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(commit_mu_) { return writer_->PutState(key, value); });
  }

  absl::Status VisitState(
      absl::string_view prefix,
      const std::function<absl::Status(absl::string_view key, absl::string_view value)>& visit)
      const override {
    std::optional<std::string> after;
    while (true) {
      ASSIGN_OR_RETURN(std::vector<StoreView::StateRow> rows, Now().StateRows(prefix, after));
      if (rows.empty()) return absl::OkStatus();
      for (const StoreView::StateRow& row : rows) RETURN_IF_ERROR(visit(row.key, row.value));
      after = std::move(rows.back().key);
    }
  }

  absl::Status CopyTo(const std::string& folder) override {
    if (read_only_) return ReadsOnly();
    return CopyDatabase(*database_.Load(), folder);
  }

 private:
  explicit OpenedStore(const RocksDbOptions& options)
      : read_only_(options.read_only), options_(options) {}

  static absl::Status ReadsOnly() {
    return absl::FailedPreconditionError("the database is open for reading only");
  }

  StoreView Now() const {
    const std::uint64_t size = size_;  // before the database: see StoreView
    return StoreView(size, database_.Load());
  }

  absl::Status CommitWith(const CommitBatch& batch, bool bulk) {
    MutexLock lock(&commit_mu_);
    RETURN_IF_ERROR(CheckBatch(batch, Visible()));
    return WriteWithSecondTry(
        [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(commit_mu_) { return WriteBatch(batch, bulk); });
  }

  absl::Status WriteBatch(const CommitBatch& batch, bool bulk)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(commit_mu_) {
    if (writer_->newest() == Visible()) {
      RETURN_IF_ERROR(bulk ? writer_->CommitBulk(batch) : writer_->Commit(batch));
    } else if (writer_->newest() != KeptHead(batch.head)) {
      return absl::FailedPreconditionError(
          absl::StrCat("the database has a head of size ", writer_->newest()->size,
                       " from a commit that failed, want the same commit again"));
    }
    // Otherwise the very same batch failed before and turned out to be there after all.
    Publish(KeptHead(batch.head));
    if (bulk) writer_->DropOldTail(batch);
    return absl::OkStatus();
  }

  std::optional<StoredHead> Visible() const {
    const std::shared_ptr<const StoredHead> newest = newest_.Load();
    return newest == nullptr ? std::nullopt : std::optional<StoredHead>(*newest);
  }

  // Makes everything below `head` visible to readers, and then `head` itself: whoever has been told
  // of a head finds every record below it.
  void Publish(StoredHead head) {
    size_ = head.size;
    // Shared: SignedHead copies it while the next one is published.
    newest_.Store(std::make_shared<const StoredHead>(std::move(head)));
  }

  // Runs `write`. After a failure of the disk RocksDB refuses to write any more, so the database is
  // opened again, once, and `write` runs again.
  absl::Status WriteWithSecondTry(const std::function<absl::Status()>& write)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(commit_mu_) {
    if (read_only_) return ReadsOnly();
    if (writer_ != nullptr) {
      const absl::Status status = write();
      if (!absl::IsUnavailable(status) && !absl::IsResourceExhausted(status)) return status;
    }
    RETURN_IF_ERROR(OpenAgain());
    return write();
  }

  // Closes the database and opens it again, as after a crash. Readers go on meanwhile, and also
  // when it cannot be opened for writing: then the next write tries again.
  absl::Status OpenAgain() ABSL_EXCLUSIVE_LOCKS_REQUIRED(commit_mu_) {
    if (writer_ != nullptr) {
      RocksDbOptions for_reading = options_;
      for_reading.read_only = true;
      ASSIGN_OR_RETURN(std::unique_ptr<OpenDatabase> database, OpenDatabase::Open(for_reading));
      writer_.reset();
      const std::shared_ptr<Closing> closing = closing_;
      UseForReading(std::move(database));
      closing->Wait();  // for the lock on the database
    }
    ASSIGN_OR_RETURN(std::unique_ptr<OpenDatabase> database, OpenDatabase::Open(options_));
    return UseForWriting(std::move(database));
  }

  void UseForReading(std::unique_ptr<OpenDatabase> database)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(commit_mu_) {
    closing_ = std::make_shared<Closing>();
    database_.Store(Closing::Share(std::move(database), closing_));
  }

  absl::Status UseForWriting(std::unique_ptr<OpenDatabase> database)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(commit_mu_) {
    ASSIGN_OR_RETURN(std::unique_ptr<StoreWriter> writer, StoreWriter::Start(*database));
    UseForReading(std::move(database));
    writer_ = std::move(writer);
    return absl::OkStatus();
  }

  const bool read_only_;

  Snapshot<OpenDatabase> database_;      // never null once the store is open
  Snapshot<StoredHead> newest_;          // null: a new store
  std::atomic<std::uint64_t> size_ = 0;  // of newest_: rows at or beyond it are invisible

  mutable ProvenanceCache provenance_;

  // One write at a time.
  Mutex commit_mu_;
  RocksDbOptions options_ ABSL_GUARDED_BY(commit_mu_);
  std::unique_ptr<StoreWriter> writer_ ABSL_GUARDED_BY(commit_mu_);  // null: cannot write now
  // Shared with the deleter of database_'s value.
  std::shared_ptr<Closing> closing_ ABSL_GUARDED_BY(commit_mu_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<RocksDbStore>> OpenRocksDbStore(const RocksDbOptions& options) {
  return OpenedStore::Open(options);
}

}  // namespace sumlog::storage
