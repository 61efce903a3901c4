#include "rpc/peer_host.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace sumlog::rpc {
namespace {

constexpr std::size_t kPrefixBytes = 8;  // a /64, what a host's network gets at least

absl::string_view WithoutPort(absl::string_view peer) {
  const std::size_t colon = peer.rfind(':');
  return colon == absl::string_view::npos ? peer : peer.substr(0, colon);
}

}  // namespace

std::string PeerHost(absl::string_view peer) {
  if (absl::StartsWith(peer, "unix")) return "unix:";
  if (!absl::StartsWith(peer, "ipv6:")) return std::string(WithoutPort(peer));
  const std::string address = absl::StrReplaceAll(absl::StripPrefix(WithoutPort(peer), "ipv6:"),
                                                  {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}});
  in6_addr parsed = {};
  if (inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &parsed) != 1) {
    return std::string(WithoutPort(peer));
  }
  std::fill(std::begin(parsed.s6_addr) + kPrefixBytes, std::end(parsed.s6_addr), std::uint8_t{0});
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, &parsed, text, sizeof(text));
  return absl::StrCat("ipv6:", text, "/64");
}

}  // namespace sumlog::rpc
