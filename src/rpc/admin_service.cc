#include "rpc/admin_service.h"

#include "rpc/add_stream.h"
#include "rpc/backup_call.h"
#include "rpc/caller.h"
#include "rpc/status_convert.h"

namespace sumlog::rpc {
namespace {

grpc::Status Stopping() { return ToGrpcStatus(absl::UnavailableError("the server is stopping")); }

}  // namespace

template <typename Request, typename Response>
grpc::ServerUnaryReactor* AdminService::Answer(grpc::CallbackServerContext* context,
                                               const Kind& kind, const Request& request,
                                               Response* response,
                                               Method<Request, Response> method) const {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  if (!pending_.TryBegin()) {
    reactor->Finish(Stopping());
    return reactor;
  }
  Caller caller;
  absl::Status status = Admit(*context, admin_, kind.scope, kind.name, &caller);
  if (status.ok()) {
    AdminCall call{.who = caller.grant.name, .details = {}};
    if (kind.scope != admin::Scope::kRead) status = admin_.journal->MakeRoom();
    if (status.ok()) status = (answers_.*method)(request, response, &call);
    // The line of a change comes after those of what was added before it.
    if (kind.scope != admin::Scope::kRead) add_answers_.Flush();
    const absl::Status journalled = admin_.journal->Append(
        {.who = std::move(call.who),
         .peer = std::move(caller.peer),
         .call = kind.name,
         .details = std::move(call.details),
         .result = status},
        kind.scope == admin::Scope::kRead ? admin::Journal::Durability::kKill
                                          : admin::Journal::Durability::kPowerLoss);
    if (status.ok()) status = admin::DoneButNotJournalled(journalled);
  }
  reactor->Finish(ToGrpcStatusOfLimit(status));
  pending_.End();
  return reactor;
}

grpc::ServerBidiReactor<v1::AddRecordsRequest, v1::AddRecordsResponse>* AdminService::AddRecords(
    grpc::CallbackServerContext* context) {
  return StartAddStream(context, add_answers_, *streams_);
}

grpc::ServerUnaryReactor* AdminService::AddRecordBatch(grpc::CallbackServerContext* context,
                                                       const v1::AddRecordBatchRequest* request,
                                                       v1::AddRecordBatchResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  if (!pending_.TryBegin()) {
    reactor->Finish(Stopping());
    return reactor;
  }
  AddOnce(*context, add_answers_, *request, response, reactor);
  pending_.End();
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::Freeze(grpc::CallbackServerContext* context,
                                               const v1::FreezeRequest* request,
                                               v1::FreezeResponse* response) {
  return Answer(context, {.name = "Freeze", .scope = admin::Scope::kOperate}, *request, response,
                &AdminAnswers::Freeze);
}

grpc::ServerUnaryReactor* AdminService::Thaw(grpc::CallbackServerContext* context,
                                             const v1::ThawRequest* request,
                                             v1::ThawResponse* response) {
  return Answer(context, {.name = "Thaw", .scope = admin::Scope::kOperate}, *request, response,
                &AdminAnswers::Thaw);
}

grpc::ServerUnaryReactor* AdminService::GetStatus(grpc::CallbackServerContext* context,
                                                  const v1::GetStatusRequest* request,
                                                  v1::GetStatusResponse* response) {
  return Answer(context, {.name = "GetStatus", .scope = admin::Scope::kRead}, *request, response,
                &AdminAnswers::GetStatus);
}

grpc::ServerUnaryReactor* AdminService::ListConflicts(grpc::CallbackServerContext* context,
                                                      const v1::ListConflictsRequest* request,
                                                      v1::ListConflictsResponse* response) {
  return Answer(context, {.name = "ListConflicts", .scope = admin::Scope::kRead}, *request,
                response, &AdminAnswers::ListConflicts);
}

grpc::ServerUnaryReactor* AdminService::GetConflict(grpc::CallbackServerContext* context,
                                                    const v1::GetConflictRequest* request,
                                                    v1::GetConflictResponse* response) {
  return Answer(context, {.name = "GetConflict", .scope = admin::Scope::kRead}, *request, response,
                &AdminAnswers::GetConflict);
}

grpc::ServerUnaryReactor* AdminService::Block(grpc::CallbackServerContext* context,
                                              const v1::BlockRequest* request,
                                              v1::BlockResponse* response) {
  return Answer(context, {.name = "Block", .scope = admin::Scope::kOperate}, *request, response,
                &AdminAnswers::Block);
}

grpc::ServerUnaryReactor* AdminService::Unblock(grpc::CallbackServerContext* context,
                                                const v1::UnblockRequest* request,
                                                v1::UnblockResponse* response) {
  return Answer(context, {.name = "Unblock", .scope = admin::Scope::kOperate}, *request, response,
                &AdminAnswers::Unblock);
}

grpc::ServerUnaryReactor* AdminService::ListBlocks(grpc::CallbackServerContext* context,
                                                   const v1::ListBlocksRequest* request,
                                                   v1::ListBlocksResponse* response) {
  return Answer(context, {.name = "ListBlocks", .scope = admin::Scope::kRead}, *request, response,
                &AdminAnswers::ListBlocks);
}

grpc::ServerUnaryReactor* AdminService::CreateBackup(grpc::CallbackServerContext* context,
                                                     const v1::CreateBackupRequest* request,
                                                     v1::CreateBackupResponse* response) {
  return StartBackupCall(context, admin_, *request, response);
}

grpc::ServerUnaryReactor* AdminService::CreateToken(grpc::CallbackServerContext* context,
                                                    const v1::CreateTokenRequest* request,
                                                    v1::CreateTokenResponse* response) {
  return Answer(context, {.name = "CreateToken", .scope = admin::Scope::kOperate}, *request,
                response, &AdminAnswers::CreateToken);
}

grpc::ServerUnaryReactor* AdminService::ListTokens(grpc::CallbackServerContext* context,
                                                   const v1::ListTokensRequest* request,
                                                   v1::ListTokensResponse* response) {
  return Answer(context, {.name = "ListTokens", .scope = admin::Scope::kRead}, *request, response,
                &AdminAnswers::ListTokens);
}

grpc::ServerUnaryReactor* AdminService::RevokeToken(grpc::CallbackServerContext* context,
                                                    const v1::RevokeTokenRequest* request,
                                                    v1::RevokeTokenResponse* response) {
  return Answer(context, {.name = "RevokeToken", .scope = admin::Scope::kOperate}, *request,
                response, &AdminAnswers::RevokeToken);
}

}  // namespace sumlog::rpc
