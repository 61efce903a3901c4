// A log's service that tells the truth until a test changes one of its answers.

#ifndef SUMLOG_TESTS_RPC_CLIENT_SCRIPTED_LOG_H_
#define SUMLOG_TESTS_RPC_CLIENT_SCRIPTED_LOG_H_

#include <sumlog/v1/log.grpc.pb.h>

#include <functional>

#include "absl/status/status.h"
#include "log/log_reader.h"
#include "rpc/log_answers.h"
#include "rpc/status_convert.h"

namespace sumlog::rpc_client {

// Answers from a log, and lets a test change each answer before it goes out.
class ScriptedLog final : public v1::Log::Service {
 public:
  template <typename Response>
  using Change = std::function<grpc::Status(Response&)>;

  explicit ScriptedLog(const log::LogReader* reader) : answers_(reader, 1 << 20) {}

  Change<v1::GetSignedHeadResponse> on_head;
  Change<v1::LookupResponse> on_lookup;
  Change<v1::GetRecordResponse> on_record;
  Change<v1::GetInclusionProofResponse> on_inclusion;
  Change<v1::GetConsistencyProofResponse> on_consistency;
  Change<v1::GetHashTileResponse> on_tile;

  grpc::Status GetSignedHead(grpc::ServerContext*, const v1::GetSignedHeadRequest* request,
                             v1::GetSignedHeadResponse* response) override {
    return Answer(answers_.GetSignedHead(*request, response), on_head, response);
  }
  grpc::Status Lookup(grpc::ServerContext*, const v1::LookupRequest* request,
                      v1::LookupResponse* response) override {
    return Answer(answers_.Lookup(*request, response), on_lookup, response);
  }
  grpc::Status GetRecord(grpc::ServerContext*, const v1::GetRecordRequest* request,
                         v1::GetRecordResponse* response) override {
    return Answer(answers_.GetRecord(*request, response), on_record, response);
  }
  grpc::Status GetInclusionProof(grpc::ServerContext*, const v1::GetInclusionProofRequest* request,
                                 v1::GetInclusionProofResponse* response) override {
    return Answer(answers_.GetInclusionProof(*request, response), on_inclusion, response);
  }
  grpc::Status GetConsistencyProof(grpc::ServerContext*,
                                   const v1::GetConsistencyProofRequest* request,
                                   v1::GetConsistencyProofResponse* response) override {
    return Answer(answers_.GetConsistencyProof(*request, response), on_consistency, response);
  }
  grpc::Status GetHashTile(grpc::ServerContext*, const v1::GetHashTileRequest* request,
                           v1::GetHashTileResponse* response) override {
    return Answer(answers_.GetHashTile(*request, response), on_tile, response);
  }

 private:
  template <typename Response>
  static grpc::Status Answer(const absl::Status& status, const Change<Response>& change,
                             Response* response) {
    if (!status.ok() || !change) return rpc::ToGrpcStatus(status);
    return change(*response);
  }

  rpc::LogAnswers answers_;
};

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_TESTS_RPC_CLIENT_SCRIPTED_LOG_H_
