// What the service sumlog.v1.Admin works on. No gRPC in here: whoever composes a server fills it.

#ifndef SUMLOG_RPC_ADMIN_CONTEXT_H_
#define SUMLOG_RPC_ADMIN_CONTEXT_H_

#include <string>

#include "absl/time/time.h"
#include "admin/certificate_grants.h"
#include "admin/journal.h"
#include "admin/token_store.h"
#include "base/clock.h"
#include "log/origin_log.h"
#include "rpc/backup_maker.h"

namespace sumlog::rpc {

// Every pointer outlives the server.
struct AdminContext {
  log::OriginLog* log = nullptr;
  admin::TokenStore* tokens = nullptr;
  const admin::CertificateGrants* certificates = nullptr;  // null: client certificates do not count
  admin::Journal* journal = nullptr;
  BackupMaker* backups = nullptr;  // null: CreateBackup is refused
  Clock* clock = SystemClock();

  // For GetStatus.
  std::string log_name;
  std::string verifier_key;
  std::string server_version;
  absl::Time started_at;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_ADMIN_CONTEXT_H_
