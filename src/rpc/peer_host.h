// The host behind a gRPC peer, for limits that nobody should use up alone.
//
// Pure; safe from any thread.

#ifndef SUMLOG_RPC_PEER_HOST_H_
#define SUMLOG_RPC_PEER_HOST_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sumlog::rpc {

// `peer` as gRPC's ServerContext::peer() names it:
//   "ipv4:192.0.2.1:4711"                → "ipv4:192.0.2.1"
//   "ipv6:%5B2001:db8::1%5D:4711"        → "ipv6:2001:db8::/64", as one host has that many
//   addresses "unix:", "unix:/run/x" and the rest  → "unix:", the whole
std::string PeerHost(absl::string_view peer);

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_PEER_HOST_H_
