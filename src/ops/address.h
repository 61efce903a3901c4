// Addresses to listen on: "127.0.0.1:8080", "[::1]:0", ":8080" (every interface).
//
// Pure; safe from any thread.

#ifndef SUMLOG_OPS_ADDRESS_H_
#define SUMLOG_OPS_ADDRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog::ops {

struct Address {
  std::string host;        // without brackets; "0.0.0.0" for an empty one
  std::uint16_t port = 0;  // 0: any free port
};

// kInvalidArgument: no port, a port above 65535, an IPv6 address without brackets, white space.
absl::StatusOr<Address> ParseAddress(absl::string_view text);

// The inverse, with brackets around an IPv6 address.
std::string FormatAddress(const Address& address);

}  // namespace sumlog::ops

#endif  // SUMLOG_OPS_ADDRESS_H_
