// The call CreateBackup of sumlog.v1.Admin: takes as long as a backup takes, on no thread of gRPC.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_BACKUP_CALL_H_
#define SUMLOG_RPC_BACKUP_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <sumlog/v1/admin.pb.h>

#include "rpc/admin_context.h"

namespace sumlog::rpc {

// Answers one call and goes with it. A caller who goes away cancels the backup. `admin` is what the
// service has; it outlives the server, which waits for the answer.
grpc::ServerUnaryReactor* StartBackupCall(grpc::CallbackServerContext* context,
                                          const AdminContext& admin,
                                          const v1::CreateBackupRequest& request,
                                          v1::CreateBackupResponse* response);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_BACKUP_CALL_H_
