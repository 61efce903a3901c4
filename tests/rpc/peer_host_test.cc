// Goal: calls of one host count as one host's, whatever port or address of its network they use.
// Method: peers as gRPC 1.51 names them, and text that is none.

#include "rpc/peer_host.h"

#include "gtest/gtest.h"

namespace sumlog::rpc {
namespace {

TEST(PeerHost, IsTheAddressWithoutThePort) {
  EXPECT_EQ(PeerHost("ipv4:192.0.2.1:4711"), "ipv4:192.0.2.1");
  EXPECT_EQ(PeerHost("ipv4:192.0.2.1:4712"), "ipv4:192.0.2.1");
  EXPECT_NE(PeerHost("ipv4:192.0.2.2:4711"), PeerHost("ipv4:192.0.2.1:4711"));
}

TEST(PeerHost, IsTheNetworkOfAnAddressOfVersion6) {
  for (const char* const peer : {"ipv6:%5B2001:db8:0:7::1%5D:4711", "ipv6:[2001:db8:0:7::1]:80",
                                 "ipv6:%5B2001:db8:0:7:ffff:ffff:ffff:ffff%5D:1"}) {
    EXPECT_EQ(PeerHost(peer), "ipv6:2001:db8:0:7::/64") << peer;
  }
  EXPECT_EQ(PeerHost("ipv6:%5B2001:db8:0:8::1%5D:4711"), "ipv6:2001:db8:0:8::/64");
  EXPECT_EQ(PeerHost("ipv6:%5Bfe80::1%25eth0%5D:4711"), "ipv6:fe80::/64");
}

TEST(PeerHost, IsOneForAllOfASocket) {
  EXPECT_EQ(PeerHost("unix:"), "unix:");
  EXPECT_EQ(PeerHost("unix:/run/sumlog.sock"), "unix:");
}

TEST(PeerHost, KeepsWhatItDoesNotKnow) {
  EXPECT_EQ(PeerHost(""), "");
  EXPECT_EQ(PeerHost("unknown"), "unknown");
  EXPECT_EQ(PeerHost("ipv6:nonsense:4711"), "ipv6:nonsense");
}

}  // namespace
}  // namespace sumlog::rpc
