#include "rpc/log_service.h"

#include "rpc/head_stream.h"
#include "rpc/record_stream.h"
#include "rpc/status_convert.h"

namespace sumlog::rpc {

template <typename Request, typename Response>
grpc::ServerUnaryReactor* LogService::Answer(grpc::CallbackServerContext* context,
                                             const Request& request, Response* response,
                                             absl::Status (LogAnswers::*answer)(const Request&,
                                                                                Response*)) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus((answers_.*answer)(request, response)));
  return reactor;
}

grpc::ServerUnaryReactor* LogService::GetSignedHead(grpc::CallbackServerContext* context,
                                                    const v1::GetSignedHeadRequest* request,
                                                    v1::GetSignedHeadResponse* response) {
  return Answer(context, *request, response, &LogAnswers::GetSignedHead);
}

grpc::ServerUnaryReactor* LogService::Lookup(grpc::CallbackServerContext* context,
                                             const v1::LookupRequest* request,
                                             v1::LookupResponse* response) {
  return Answer(context, *request, response, &LogAnswers::Lookup);
}

grpc::ServerUnaryReactor* LogService::GetRecord(grpc::CallbackServerContext* context,
                                                const v1::GetRecordRequest* request,
                                                v1::GetRecordResponse* response) {
  return Answer(context, *request, response, &LogAnswers::GetRecord);
}

grpc::ServerUnaryReactor* LogService::GetInclusionProof(grpc::CallbackServerContext* context,
                                                        const v1::GetInclusionProofRequest* request,
                                                        v1::GetInclusionProofResponse* response) {
  return Answer(context, *request, response, &LogAnswers::GetInclusionProof);
}

grpc::ServerUnaryReactor* LogService::GetConsistencyProof(
    grpc::CallbackServerContext* context, const v1::GetConsistencyProofRequest* request,
    v1::GetConsistencyProofResponse* response) {
  return Answer(context, *request, response, &LogAnswers::GetConsistencyProof);
}

grpc::ServerUnaryReactor* LogService::GetHashTile(grpc::CallbackServerContext* context,
                                                  const v1::GetHashTileRequest* request,
                                                  v1::GetHashTileResponse* response) {
  return Answer(context, *request, response, &LogAnswers::GetHashTile);
}

grpc::ServerUnaryReactor* LogService::GetDataTile(grpc::CallbackServerContext* context,
                                                  const v1::GetDataTileRequest* request,
                                                  v1::GetDataTileResponse* response) {
  return Answer(context, *request, response, &LogAnswers::GetDataTile);
}

grpc::ServerUnaryReactor* LogService::ListSignedHeads(grpc::CallbackServerContext* context,
                                                      const v1::ListSignedHeadsRequest* request,
                                                      v1::ListSignedHeadsResponse* response) {
  return Answer(context, *request, response, &LogAnswers::ListSignedHeads);
}

grpc::ServerWriteReactor<v1::StreamRecordsResponse>* LogService::StreamRecords(
    grpc::CallbackServerContext* context, const v1::StreamRecordsRequest* request) {
  return StartRecordStream(context, *request, *reader_, *streams_);
}

grpc::ServerWriteReactor<v1::WatchHeadsResponse>* LogService::WatchHeads(
    grpc::CallbackServerContext* context, const v1::WatchHeadsRequest*) {
  return StartHeadStream(context, *reader_, *streams_);
}

}  // namespace sumlog::rpc
