// AddRecords: messages of records in, one answer for each message out, in order.
//
// A few messages of a stream are with the sequencer at a time, so that they share its rounds; when
// there are that many, the next is read from the network after the oldest has been answered. So a
// stream holds a bounded number of messages, however fast its client sends and however slowly it
// reads.

#ifndef SUMLOG_RPC_ADD_STREAM_H_
#define SUMLOG_RPC_ADD_STREAM_H_

#include <sumlog/v1/admin.grpc.pb.h>

#include "rpc/add_message.h"
#include "rpc/open_streams.h"

namespace sumlog::rpc {

// The reactor of one call; it owns itself and goes when the call is done. `streams` must
// outlive it.
grpc::ServerBidiReactor<v1::AddRecordsRequest, v1::AddRecordsResponse>* StartAddStream(
    grpc::CallbackServerContext* context, AddAnswers& answers, OpenStreams& streams);

// One message of it and its answer: finishes `reactor`, from any thread. `request` is read before
// this returns.
void AddOnce(const grpc::CallbackServerContext& context, AddAnswers& answers,
             const v1::AddRecordBatchRequest& request, v1::AddRecordBatchResponse* response,
             grpc::ServerUnaryReactor* reactor);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_ADD_STREAM_H_
