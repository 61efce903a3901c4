// How a failure is told to a caller: absl::Status → grpc::Status.
//
// Pure; safe from any thread.

#ifndef SUMLOG_RPC_STATUS_CONVERT_H_
#define SUMLOG_RPC_STATUS_CONVERT_H_

#include <grpcpp/support/status.h>

#include <cstddef>

#include "absl/status/status.h"

namespace sumlog::rpc {

// A message travels in a header, which has room for about 8 KiB in all, three bytes for each byte
// that is not printable ASCII.
inline constexpr std::size_t kMaxMessageBytes = 1000;

// The codes that the contract of sumlog.v1.Log names keep their number; what a store says of its
// disk becomes UNAVAILABLE; anything else is our mistake, INTERNAL. A message is one line: where
// ours has a new one ("…\nwhy: …\nfix: …") it says "; ". What text may not show (IsShowable of
// base/utf8.h) becomes '?', and messages of more than kMaxMessageBytes lose their middle.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The same for calls that may meet a limit of ours: kResourceExhausted stays what it is.
grpc::Status ToGrpcStatusOfLimit(const absl::Status& status);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_STATUS_CONVERT_H_
