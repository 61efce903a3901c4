// The TLS side of the server: certificate and key from PEM files, replaced while it runs.

#ifndef SUMLOG_RPC_TLS_CREDENTIALS_H_
#define SUMLOG_RPC_TLS_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rpc/rpc_server.h"

namespace sumlog::rpc {

// Whether the files are a certificate (with its chain), the unencrypted private key to it, and,
// where one is named, authorities of clients. kInvalidArgument says which is not; other codes as
// ReadFile.
absl::Status CheckTlsFiles(const TlsFiles& files);

// TLS 1.2 and 1.3. With client_ca_path a client may show a certificate, which must then be one that
// is signed there, has not ended, and is for clients; its names are in the call's AuthContext. gRPC
// looks at the files every `refresh` (whole seconds, at least one), on a thread of its own; those
// that it cannot read leave the last good ones in place, authorities that are none let no new
// connection in.
std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(const TlsFiles& files,
                                                            absl::Duration refresh);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_TLS_CREDENTIALS_H_
