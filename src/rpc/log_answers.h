// The answers of sumlog.v1.Log that are one message: from the request to the response.
//
// Each answer is about one published head, loaded once. Status codes are those that log.proto names
// beside each call, and what the store says.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_LOG_ANSWERS_H_
#define SUMLOG_RPC_LOG_ANSWERS_H_

#include <sumlog/v1/log.pb.h>

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/log_reader.h"
#include "log/node_cache.h"

namespace sumlog::rpc {

class LogAnswers {
 public:
  // Keeps a pointer to `reader`, which must outlive this object.
  LogAnswers(const log::LogReader* reader, std::size_t node_cache_bytes)
      : reader_(reader), nodes_(reader, node_cache_bytes) {}

  absl::Status GetSignedHead(const v1::GetSignedHeadRequest& request,
                             v1::GetSignedHeadResponse* response);
  absl::Status Lookup(const v1::LookupRequest& request, v1::LookupResponse* response);
  absl::Status GetRecord(const v1::GetRecordRequest& request, v1::GetRecordResponse* response);
  absl::Status GetInclusionProof(const v1::GetInclusionProofRequest& request,
                                 v1::GetInclusionProofResponse* response);
  absl::Status GetConsistencyProof(const v1::GetConsistencyProofRequest& request,
                                   v1::GetConsistencyProofResponse* response);
  absl::Status GetHashTile(const v1::GetHashTileRequest& request,
                           v1::GetHashTileResponse* response);
  absl::Status GetDataTile(const v1::GetDataTileRequest& request,
                           v1::GetDataTileResponse* response);
  absl::Status ListSignedHeads(const v1::ListSignedHeadsRequest& request,
                               v1::ListSignedHeadsResponse* response);

 private:
  absl::Status FillRecord(std::uint64_t number, std::string text, v1::LoggedRecord* out) const;
  absl::Status Prove(const tlog::InclusionQuery& query, v1::InclusionProof* out);
  absl::StatusOr<std::uint64_t> NumberOf(const v1::GetInclusionProofRequest& request,
                                         std::uint64_t tree_size);
  absl::StatusOr<tlog::Hash> LeafOf(std::uint64_t number);
  absl::StatusOr<tlog::TreeHead> HeadOf(std::uint64_t size, const tlog::TreeHead& newest);

  const log::LogReader* const reader_;  // constant after construction
  log::NodeCache nodes_;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_LOG_ANSWERS_H_
