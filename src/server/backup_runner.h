// Makes backups of the running log on a thread of its own, one at a time.
//
// Safe from any thread.

#ifndef SUMLOG_SERVER_BACKUP_RUNNER_H_
#define SUMLOG_SERVER_BACKUP_RUNNER_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "rpc/backup_maker.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::server {

class BackupRunner final : public rpc::BackupMaker {
 public:
  struct Options {
    storage::RocksDbStore* database = nullptr;  // outlives the runner
    std::string database_path, backup_dir;
    tlog::Signer signer;  // the log's
  };

  explicit BackupRunner(Options options) : options_(std::move(options)) {}

  // Stops, and waits for the thread.
  ~BackupRunner() override;

  void Start(const std::string& label, std::shared_ptr<const std::atomic<bool>> cancelled,
             Done done) override;

  // Refuses further backups and ends the one under way soon, with kUnavailable. Idempotent.
  void Stop() { stopping_ = true; }

 private:
  absl::StatusOr<rpc::BackupResult> Make(const std::string& label,
                                         const std::atomic<bool>& cancelled) const;

  const Options options_;  // constant after construction
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> busy_ = false;  // from Start until just before Done

  Mutex mu_;
  std::jthread thread_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_BACKUP_RUNNER_H_
