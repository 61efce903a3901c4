// Where a server is to be found: the argument of --server, for gRPC.
//
// Pure; safe from any thread.

#ifndef SUMLOG_RPC_CLIENT_ADDRESS_H_
#define SUMLOG_RPC_CLIENT_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog::rpc_client {

struct Address {
  enum class Kind { kUnixSocket, kTls, kClear };

  Kind kind = Kind::kUnixSocket;
  std::string path = {};    // of a socket
  std::string target = {};  // as gRPC names it
};

// "unix:PATH" (at most 107 bytes of path), "grpcs://HOST:PORT", "grpc://HOST:PORT".
// kInvalidArgument says what is wrong.
absl::StatusOr<Address> ParseAddress(absl::string_view text);

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_RPC_CLIENT_ADDRESS_H_
