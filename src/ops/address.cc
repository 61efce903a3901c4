#include "ops/address.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sumlog::ops {
namespace {

absl::Status Malformed(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("malformed address \"", text, "\": ", why, ", want HOST:PORT"));
}

bool IsPort(absl::string_view text, std::uint32_t* port) {
  if (text.empty() || text.size() > 5) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return absl::SimpleAtoi(text, port) && *port <= 65535;
}

}  // namespace

absl::StatusOr<Address> ParseAddress(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return Malformed(text, "no port");
  std::uint32_t port = 0;
  if (!IsPort(text.substr(colon + 1), &port)) return Malformed(text, "the port is not 0 to 65535");

  absl::string_view host = text.substr(0, colon);
  const bool has_brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (has_brackets) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != absl::string_view::npos) {
    return Malformed(text, "an IPv6 address needs brackets");
  }
  for (const char c : host) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c)) || c == '/' || c == '[' || c == ']') {
      return Malformed(text, "the host has a character that no host has");
    }
  }
  return Address{.host = host.empty() ? "0.0.0.0" : std::string(host),
                 .port = static_cast<std::uint16_t>(port)};
}

std::string FormatAddress(const Address& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return is_ipv6 ? absl::StrCat("[", address.host, "]:", address.port)
                 : absl::StrCat(address.host, ":", address.port);
}

}  // namespace sumlog::ops
