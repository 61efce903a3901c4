// A connection to a server that answers, and the failures of calls over it as ours.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_CLIENT_CHANNEL_H_
#define SUMLOG_RPC_CLIENT_CHANNEL_H_

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rpc_client/admin_client.h"

namespace sumlog::rpc_client {

// Status codes as AdminClient::Connect.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const ConnectOptions& options);

// A failed call as a status: the server's message goes where it cannot pass for ours. `server` is
// its address. UNAUTHENTICATED becomes kPermissionDenied, what makes no sense kUnavailable.
absl::Status FromGrpcStatus(const grpc::Status& status, absl::string_view server);

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_RPC_CLIENT_CHANNEL_H_
