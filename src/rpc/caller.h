// Who makes an administrative call, and what that one may do.
//
// Whoever can open the server's Unix socket may do everything: the file's mode decides who that is.
// Over TCP, which is always TLS here, a token must come with the call:
//
//   authorization: Bearer slt.<name>.<digits>
//
// Safe from any thread.

#ifndef SUMLOG_RPC_CALLER_H_
#define SUMLOG_RPC_CALLER_H_

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "admin/grant.h"
#include "rpc/admin_context.h"

namespace sumlog::rpc {

struct Caller {
  admin::Grant grant;
  std::string peer;  // where the call came from, as gRPC names it
};

// Whether this call may be made: OK with `caller` filled in, or
//   kUnauthenticated   no token, or none that is valid. Nobody is known, so the journal is not
//                      written: else anybody could fill the disk
//   kPermissionDenied  a grant without `scope`; journalled as `call`
absl::Status Admit(const grpc::CallbackServerContext& context, const AdminContext& admin,
                   admin::Scope scope, absl::string_view call, Caller* caller);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_CALLER_H_
