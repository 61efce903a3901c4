// The gRPC listeners of a running server: readers at listen.grpc, administration at listen.admin,
// and what administration stands on (tokens, journal).
//
// Safe from any thread.

#ifndef SUMLOG_SERVER_RPC_FRONTS_H_
#define SUMLOG_SERVER_RPC_FRONTS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "admin/certificate_grants.h"
#include "admin/journal.h"
#include "admin/token_store.h"
#include "ops/config.h"
#include "rpc/rpc_server.h"
#include "server/backup_runner.h"
#include "server/log_directory.h"

namespace sumlog::server {

class RpcFronts {
 public:
  // Opens tokens and journal (<dir>/journal/admin.jsonl) and listens. The log of `opened` outlives
  // the result. Status codes as RpcServer::Start, ReadCertificateGrants, TokenStore::Open and
  // Journal::Open.
  static absl::StatusOr<std::unique_ptr<RpcFronts>> Start(const ops::Config& config,
                                                          const OpenedLog& opened);

  // What was really bound; empty: there is no such listener.
  std::string grpc_address() const;
  std::string admin_address() const;

  // Takes [[client_cert]] of `config` in place of what there was; the rest of it is not looked at.
  // Judges the TLS files too, which the listeners read again by themselves (RpcServer::CheckTls).
  // On error nothing changed.
  absl::Status Reload(const ops::Config& config);

  // See RpcServer::Drain. A backup under way is given up.
  void Drain(absl::Duration deadline);

 private:
  RpcFronts() = default;

  // Constant after Start, in the order of dependence.
  std::unique_ptr<admin::TokenStore> tokens_;
  std::unique_ptr<admin::CertificateGrants> certificates_;
  std::unique_ptr<admin::Journal> journal_;
  std::unique_ptr<BackupRunner> backups_;
  std::unique_ptr<rpc::RpcServer> readers_;  // may be null
  std::unique_ptr<rpc::RpcServer> admin_;    // may be null
};

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_RPC_FRONTS_H_
