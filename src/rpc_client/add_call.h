// One call of AddRecords: records out in messages, results back.
//
// Sending and receiving go on side by side on the caller's thread, over a completion queue: a
// server that answers slowly holds sending back after a few messages, and one that stops answering
// ends the call, however long the whole takes.

#ifndef SUMLOG_RPC_CLIENT_ADD_CALL_H_
#define SUMLOG_RPC_CLIENT_ADD_CALL_H_

#include <grpcpp/client_context.h>
#include <sumlog/v1/admin.grpc.pb.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rpc_client/admin_client.h"

namespace sumlog::rpc_client {

struct AddCallOptions {
  bool dry_run = false;
  absl::Duration max_silence = absl::Seconds(20);  // of the server, while it owes an answer
  absl::string_view server;                        // its address, for messages
};

// `context` is new, with the caller's token. Blocks. Status codes as AdminClient::AddAll.
absl::Status CallAddRecords(v1::Admin::Stub& stub, grpc::ClientContext& context,
                            const AddFeed& feed, const AddCallOptions& options);

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_RPC_CLIENT_ADD_CALL_H_
