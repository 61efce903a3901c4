// WatchHeads: the newest head at once, then each newer one.
//
// One message is under way at a time. A caller that reads slowly misses the heads between the one
// it is being sent and the newest.

#ifndef SUMLOG_RPC_HEAD_STREAM_H_
#define SUMLOG_RPC_HEAD_STREAM_H_

#include <sumlog/v1/log.grpc.pb.h>

#include "log/log_reader.h"
#include "rpc/open_streams.h"

namespace sumlog::rpc {

// The reactor of one call; it owns itself and goes when the call is done. `reader` and `streams`
// must outlive it.
grpc::ServerWriteReactor<v1::WatchHeadsResponse>* StartHeadStream(
    grpc::CallbackServerContext* context, const log::LogReader& reader, OpenStreams& streams);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_HEAD_STREAM_H_
