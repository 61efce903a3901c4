// sumlog.v1.Log as a gRPC service: hands each call to LogAnswers or to a stream.
//
// Safe from any thread. Handlers run on gRPC's threads; the longest that one takes is a few reads
// of the store.

#ifndef SUMLOG_RPC_LOG_SERVICE_H_
#define SUMLOG_RPC_LOG_SERVICE_H_

#include <sumlog/v1/log.grpc.pb.h>

#include <cstddef>

#include "log/log_reader.h"
#include "rpc/arena_messages.h"
#include "rpc/log_answers.h"
#include "rpc/open_streams.h"

namespace sumlog::rpc {

class LogService final : public v1::Log::CallbackService {
 public:
  // Keeps pointers to `reader` and `streams`, which must outlive this object.
  LogService(const log::LogReader* reader, std::size_t node_cache_bytes, OpenStreams* streams)
      : reader_(reader), streams_(streams), answers_(reader, node_cache_bytes) {
    SetMessageAllocatorFor_Lookup(&lookup_messages_);
    SetMessageAllocatorFor_GetInclusionProof(&inclusion_messages_);
    SetMessageAllocatorFor_GetConsistencyProof(&consistency_messages_);
  }

  grpc::ServerUnaryReactor* GetSignedHead(grpc::CallbackServerContext* context,
                                          const v1::GetSignedHeadRequest* request,
                                          v1::GetSignedHeadResponse* response) override;
  grpc::ServerUnaryReactor* Lookup(grpc::CallbackServerContext* context,
                                   const v1::LookupRequest* request,
                                   v1::LookupResponse* response) override;
  grpc::ServerUnaryReactor* GetRecord(grpc::CallbackServerContext* context,
                                      const v1::GetRecordRequest* request,
                                      v1::GetRecordResponse* response) override;
  grpc::ServerUnaryReactor* GetInclusionProof(grpc::CallbackServerContext* context,
                                              const v1::GetInclusionProofRequest* request,
                                              v1::GetInclusionProofResponse* response) override;
  grpc::ServerUnaryReactor* GetConsistencyProof(grpc::CallbackServerContext* context,
                                                const v1::GetConsistencyProofRequest* request,
                                                v1::GetConsistencyProofResponse* response) override;
  grpc::ServerUnaryReactor* GetHashTile(grpc::CallbackServerContext* context,
                                        const v1::GetHashTileRequest* request,
                                        v1::GetHashTileResponse* response) override;
  grpc::ServerUnaryReactor* GetDataTile(grpc::CallbackServerContext* context,
                                        const v1::GetDataTileRequest* request,
                                        v1::GetDataTileResponse* response) override;
  grpc::ServerUnaryReactor* ListSignedHeads(grpc::CallbackServerContext* context,
                                            const v1::ListSignedHeadsRequest* request,
                                            v1::ListSignedHeadsResponse* response) override;
  grpc::ServerWriteReactor<v1::StreamRecordsResponse>* StreamRecords(
      grpc::CallbackServerContext* context, const v1::StreamRecordsRequest* request) override;
  grpc::ServerWriteReactor<v1::WatchHeadsResponse>* WatchHeads(
      grpc::CallbackServerContext* context, const v1::WatchHeadsRequest* request) override;

 private:
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const Request& request,
                                   Response* response,
                                   absl::Status (LogAnswers::*answer)(const Request&, Response*));

  // Constant after construction.
  const log::LogReader* const reader_;
  OpenStreams* const streams_;

  LogAnswers answers_;

  // The calls whose answers have many parts.
  ArenaMessages<v1::LookupRequest, v1::LookupResponse> lookup_messages_;
  ArenaMessages<v1::GetInclusionProofRequest, v1::GetInclusionProofResponse> inclusion_messages_;
  ArenaMessages<v1::GetConsistencyProofRequest, v1::GetConsistencyProofResponse>
      consistency_messages_;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_LOG_SERVICE_H_
