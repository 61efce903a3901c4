#include "rpc_client/address.h"

#include <sys/un.h>

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace sumlog::rpc_client {
namespace {

constexpr std::size_t kMaxSocketPathBytes = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t kMaxHostBytes = 253;

// gRPC reads a path as part of a URI.
std::string PercentEncode(absl::string_view path) {
  std::string encoded;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || absl::StrContains("/._-~", absl::string_view(&c, 1))) {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", byte);
    }
  }
  return encoded;
}

bool IsHost(absl::string_view host) {
  const bool is_bracketed = absl::ConsumePrefix(&host, "[");
  if (is_bracketed && !absl::ConsumeSuffix(&host, "]")) return false;
  if (host.empty() || host.size() > kMaxHostBytes) return false;
  for (const char c : host) {
    const auto byte = static_cast<unsigned char>(c);
    const bool fits = is_bracketed ? absl::ascii_isxdigit(byte) || c == ':' || c == '.'
                                   : absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_';
    if (!fits) return false;
  }
  return true;
}

bool IsPort(absl::string_view text) {
  int port = 0;
  return !text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text[0])) &&
         absl::SimpleAtoi(text, &port) && port >= 1 && port <= 65535;
}

absl::StatusOr<Address> ParseSocket(absl::string_view path) {
  if (path.empty()) return absl::InvalidArgumentError("unix: names no socket, want unix:PATH");
  if (path.size() > kMaxSocketPathBytes) {
    return absl::InvalidArgumentError(absl::StrCat("unix:", path, ": path of ", path.size(),
                                                   " bytes, want at most ", kMaxSocketPathBytes));
  }
  return Address{.kind = Address::Kind::kUnixSocket,
                 .path = std::string(path),
                 .target = absl::StrCat("unix:", PercentEncode(path))};
}

}  // namespace

absl::StatusOr<Address> ParseAddress(absl::string_view text) {
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix:")) return ParseSocket(rest);

  Address address;
  if (absl::ConsumePrefix(&rest, "grpcs://")) {
    address.kind = Address::Kind::kTls;
  } else if (absl::ConsumePrefix(&rest, "grpc://")) {
    address.kind = Address::Kind::kClear;
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("got the address ", text, ", want unix:PATH or grpcs://HOST:PORT"));
  }
  rest = absl::StripSuffix(rest, "/");
  const std::size_t colon = rest.rfind(':');
  if (colon == absl::string_view::npos || !IsHost(rest.substr(0, colon)) ||
      !IsPort(rest.substr(colon + 1))) {
    return absl::InvalidArgumentError(
        absl::StrCat("got the address ", text, ", want HOST:PORT behind grpcs://"));
  }
  address.target = absl::StrCat("dns:", rest);
  return address;
}

}  // namespace sumlog::rpc_client
