// What makes backups for sumlog.v1.Admin. No gRPC in here: whoever composes a server has one.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_BACKUP_MAKER_H_
#define SUMLOG_RPC_BACKUP_MAKER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::rpc {

struct BackupResult {
  storage::StoredHead head;  // the newest in the backup
  std::uint64_t size_bytes = 0;
};

class BackupMaker {
 public:
  using Done = std::function<void(absl::StatusOr<BackupResult>)>;

  virtual ~BackupMaker() = default;

  // Begins to make a backup, on a thread of its own, and returns. `done` is called once: on that
  // thread, or at once when it is refused. Whoever sets `cancelled` wants no backup any more.
  //   kInvalidArgument, kAlreadyExists  of the label, as admin.proto says
  //   kUnavailable        another one is under way, or the server stops
  //   kResourceExhausted  no space
  //   kCancelled          as it was wanted
  //   kDataLoss           the database is damaged
  virtual void Start(const std::string& label, std::shared_ptr<const std::atomic<bool>> cancelled,
                     Done done) = 0;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_BACKUP_MAKER_H_
