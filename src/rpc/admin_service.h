// sumlog.v1.Admin as a gRPC service: asks who calls, hands the call to AdminAnswers or to a stream,
// and writes the journal before it answers.
//
// Safe from any thread. Handlers run on gRPC's threads.

#ifndef SUMLOG_RPC_ADMIN_SERVICE_H_
#define SUMLOG_RPC_ADMIN_SERVICE_H_

#include <sumlog/v1/admin.grpc.pb.h>

#include "absl/time/time.h"
#include "rpc/add_answers.h"
#include "rpc/admin_answers.h"
#include "rpc/admin_context.h"
#include "rpc/open_streams.h"
#include "rpc/pending_adds.h"

namespace sumlog::rpc {

class AdminService final : public v1::Admin::CallbackService {
 public:
  // Keeps pointers to what is in `admin`, and to `streams`, which must outlive this object. It
  // waits for the sequencer before it goes.
  AdminService(const AdminContext& admin, OpenStreams* streams)
      : admin_(admin), streams_(streams), answers_(admin_) {}

  // Refuses further calls of one message and waits for those under way, at most until `end`;
  // streams are OpenStreams' affair, backups their maker's.
  void Drain(absl::Time end) { pending_.Drain(end); }

  grpc::ServerBidiReactor<v1::AddRecordsRequest, v1::AddRecordsResponse>* AddRecords(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* AddRecordBatch(grpc::CallbackServerContext* context,
                                           const v1::AddRecordBatchRequest* request,
                                           v1::AddRecordBatchResponse* response) override;
  grpc::ServerUnaryReactor* Freeze(grpc::CallbackServerContext* context,
                                   const v1::FreezeRequest* request,
                                   v1::FreezeResponse* response) override;
  grpc::ServerUnaryReactor* Thaw(grpc::CallbackServerContext* context,
                                 const v1::ThawRequest* request,
                                 v1::ThawResponse* response) override;
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;
  grpc::ServerUnaryReactor* ListConflicts(grpc::CallbackServerContext* context,
                                          const v1::ListConflictsRequest* request,
                                          v1::ListConflictsResponse* response) override;
  grpc::ServerUnaryReactor* GetConflict(grpc::CallbackServerContext* context,
                                        const v1::GetConflictRequest* request,
                                        v1::GetConflictResponse* response) override;
  grpc::ServerUnaryReactor* Block(grpc::CallbackServerContext* context,
                                  const v1::BlockRequest* request,
                                  v1::BlockResponse* response) override;
  grpc::ServerUnaryReactor* Unblock(grpc::CallbackServerContext* context,
                                    const v1::UnblockRequest* request,
                                    v1::UnblockResponse* response) override;
  grpc::ServerUnaryReactor* ListBlocks(grpc::CallbackServerContext* context,
                                       const v1::ListBlocksRequest* request,
                                       v1::ListBlocksResponse* response) override;
  grpc::ServerUnaryReactor* CreateBackup(grpc::CallbackServerContext* context,
                                         const v1::CreateBackupRequest* request,
                                         v1::CreateBackupResponse* response) override;
  grpc::ServerUnaryReactor* CreateToken(grpc::CallbackServerContext* context,
                                        const v1::CreateTokenRequest* request,
                                        v1::CreateTokenResponse* response) override;
  grpc::ServerUnaryReactor* ListTokens(grpc::CallbackServerContext* context,
                                       const v1::ListTokensRequest* request,
                                       v1::ListTokensResponse* response) override;
  grpc::ServerUnaryReactor* RevokeToken(grpc::CallbackServerContext* context,
                                        const v1::RevokeTokenRequest* request,
                                        v1::RevokeTokenResponse* response) override;

 private:
  // What a call needs, and how it is named in the journal.
  struct Kind {
    const char* name;
    admin::Scope scope;
  };

  template <typename Request, typename Response>
  using Method = absl::Status (AdminAnswers::*)(const Request&, Response*, AdminCall*) const;

  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const Kind& kind,
                                   const Request& request, Response* response,
                                   Method<Request, Response> method) const;

  // Constant after construction.
  const AdminContext admin_;
  OpenStreams* const streams_;
  const AdminAnswers answers_;

  mutable AddAnswers add_answers_{&admin_, &pending_};
  mutable PendingAdds pending_;  // last: it waits for those who use the rest
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_ADMIN_SERVICE_H_
