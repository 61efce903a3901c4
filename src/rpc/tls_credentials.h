// The TLS side of the server: certificate and key from PEM files, replaced while it runs.

#ifndef SUMLOG_RPC_TLS_CREDENTIALS_H_
#define SUMLOG_RPC_TLS_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rpc/rpc_server.h"

namespace sumlog::rpc {

// Whether the files are a certificate (with its chain) and the unencrypted private key to it.
// kInvalidArgument says which is not; other codes as ReadFile.
absl::Status CheckTlsFiles(const TlsFiles& files);

// TLS 1.2 and 1.3, no client certificates. gRPC looks at the files every `refresh` (whole seconds,
// at least one), on a thread of its own.
std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(const TlsFiles& files,
                                                            absl::Duration refresh);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_TLS_CREDENTIALS_H_
