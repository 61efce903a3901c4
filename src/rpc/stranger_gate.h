// Keeps strangers out of the administrative listener before they cost anything.
//
// A handler is asked when a whole message of its call has arrived, up to 4 MiB, so thousands of
// calls that never end theirs would fill the memory in nobody's name. The gate is asked when the
// headers have arrived: what it turns away has sent at most the first window of a call. It stands
// before every service of the listener (readers' calls, health and reflection too), as all of them
// cost a stranger's share of what the owner of the log needs.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_STRANGER_GATE_H_
#define SUMLOG_RPC_STRANGER_GATE_H_

#include <grpcpp/security/auth_metadata_processor.h>

#include <memory>

#include "rpc/admin_context.h"

namespace sumlog::rpc {

// For the credentials of a TLS listener. Lets in whoever Identify (caller.h) knows, with any scope;
// each handler asks for its own. What `admin` points to outlives the last channel of the server.
std::shared_ptr<grpc::AuthMetadataProcessor> MakeStrangerGate(const AdminContext& admin);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_STRANGER_GATE_H_
