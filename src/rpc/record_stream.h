// StreamRecords: records in order, as fast as the caller reads.
//
// One batch is under way at a time: the next is read from the store when the transport has taken
// the one before. So a stream holds one data tile and one message, however long it is.

#ifndef SUMLOG_RPC_RECORD_STREAM_H_
#define SUMLOG_RPC_RECORD_STREAM_H_

#include <sumlog/v1/log.grpc.pb.h>

#include "log/log_reader.h"
#include "rpc/open_streams.h"

namespace sumlog::rpc {

// The reactor of one call; it owns itself and goes when the call is done. `reader` and `streams`
// must outlive it.
grpc::ServerWriteReactor<v1::StreamRecordsResponse>* StartRecordStream(
    grpc::CallbackServerContext* context, const v1::StreamRecordsRequest& request,
    const log::LogReader& reader, OpenStreams& streams);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_RECORD_STREAM_H_
