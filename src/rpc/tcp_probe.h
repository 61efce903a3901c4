// Why a TCP address cannot be listened on: gRPC does not say.

#ifndef SUMLOG_RPC_TCP_PROBE_H_
#define SUMLOG_RPC_TCP_PROBE_H_

#include "absl/status/status.h"
#include "ops/address.h"

namespace sumlog::rpc {

// Listens for a moment, and reports what the system says:
//   kFailedPrecondition  another program listens there
//   kInvalidArgument     the host is no address and no name of one
//   kNotFound            no such address on this machine
//   kPermissionDenied, kUnavailable  as the system says
absl::Status ProbeTcpAddress(const ops::Address& address);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_TCP_PROBE_H_
