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

// The way out for who is not let in: a line that stands below a message.
inline constexpr char kAccessFix[] =
    "\nfix: a token that is valid, in SUMLOG_TOKEN or --token-file F, or a certificate that is "
    "granted something: --cert F --cert-key F";

// Every call over it shows the token of `options`: a listener of administrators asks readers' calls
// for it too. A token goes over TLS only, to a server whose certificate is verified; to a socket it
// is not sent, there the file's mode says who may call. Status codes as AdminClient::Connect.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const ConnectOptions& options);

// A failed call as a status: the server's message goes where it cannot pass for ours. `server` is
// its address. UNAUTHENTICATED becomes kPermissionDenied, what makes no sense kUnavailable.
absl::Status FromGrpcStatus(const grpc::Status& status, absl::string_view server);

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_RPC_CLIENT_CHANNEL_H_
