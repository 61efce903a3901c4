// Who makes an administrative call, and what that one may do.
//
// Whoever can open the server's Unix socket may do everything: the file's mode decides who that is.
// Over TCP, which is always TLS here, a call comes with a token,
//
//   authorization: Bearer slt.<name>.<digits>
//
// or over a connection with a client certificate. A token that comes is what counts, good or not:
// the certificate may be that of a proxy, the token is always the caller's own.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_CALLER_H_
#define SUMLOG_RPC_CALLER_H_

#include <grpcpp/server_context.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "admin/certificate_grants.h"
#include "admin/grant.h"
#include "rpc/admin_context.h"

namespace sumlog::rpc {

// A client certificate that TLS has verified.
struct PeerCertificate {
  std::vector<admin::SubjectName> names;
  absl::Time end;
};

struct Caller {
  admin::Grant grant;
  std::string peer;  // where the call came from, as gRPC names it

  // What it came with: one of these, or neither over a Unix socket.
  std::optional<std::string> token;
  std::optional<PeerCertificate> certificate;
};

// What came in the headers of a call: names in lower case.
using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

// Whether anybody is known who makes this call, over TCP: fills in what it came with and the grant.
//   kUnauthenticated   no token or certificate, or none that is valid
//   kPermissionDenied  a certificate without a grant
absl::Status Identify(const Metadata& metadata, const grpc::AuthContext& connection,
                      const AdminContext& admin, Caller* caller);

// Whether this call may be made: OK with `caller` filled in, or
//   kUnauthenticated   no token or certificate, or none that is valid. Nobody is known, so the
//                      journal is not written: else anybody could fill the disk
//   kPermissionDenied  a certificate without a grant, for the same reason not in the journal; or a
//                      grant without `scope`, journalled as `call`
absl::Status Admit(const grpc::CallbackServerContext& context, const AdminContext& admin,
                   admin::Scope scope, absl::string_view call, Caller* caller);

// The same, again, for a caller whom Admit has let in: tokens and certificates end while streams
// last. Brings caller->grant up to date.
absl::Status AdmitAgain(const AdminContext& admin, admin::Scope scope, absl::string_view call,
                        Caller* caller);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_CALLER_H_
