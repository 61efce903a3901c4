// Goal: an address names the server it says, and nothing else passes for one.
// Method: one address of each kind, and its nearest broken neighbours.

#include "rpc_client/address.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::rpc_client {
namespace {

TEST(ParseAddress, ReadsASocket) {
  const auto address = ParseAddress("unix:/run/sumlog/admin.sock");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->kind, Address::Kind::kUnixSocket);
  EXPECT_EQ(address->path, "/run/sumlog/admin.sock");
  EXPECT_EQ(address->target, "unix:/run/sumlog/admin.sock");
}

TEST(ParseAddress, EscapesWhatAUriWouldReadOtherwise) {
  const auto address = ParseAddress("unix:/tmp/a b%2f?#x");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->path, "/tmp/a b%2f?#x");
  EXPECT_EQ(address->target, "unix:/tmp/a%20b%252f%3F%23x");
}

TEST(ParseAddress, ReadsHostsAndPorts) {
  const auto tls = ParseAddress("grpcs://sum.example.com:8443");
  ASSERT_TRUE(tls.ok()) << tls.status();
  EXPECT_EQ(tls->kind, Address::Kind::kTls);
  EXPECT_EQ(tls->target, "dns:sum.example.com:8443");
  const auto clear = ParseAddress("grpc://[::1]:80/");
  ASSERT_TRUE(clear.ok()) << clear.status();
  EXPECT_EQ(clear->kind, Address::Kind::kClear);
  EXPECT_EQ(clear->target, "dns:[::1]:80");
}

TEST(ParseAddress, RefusesEverythingElse) {
  for (const std::string text :
       {"", "unix:", "/run/admin.sock", "https://sum.example.com", "grpcs://", "grpcs://host",
        "grpcs://host:", "grpcs://host:0", "grpcs://host:65536", "grpcs://host:+1", "grpcs://:8443",
        "grpcs://a b:1", "grpcs://user@host:1", "grpcs://host:1/path", "grpcs://[::1:1",
        "grpcs://host:1,other:1", "GRPCS://host:1"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseAddress(text).status())) << text;
  }
}

TEST(ParseAddress, RefusesAPathThatNoSocketCanHave) {
  EXPECT_TRUE(ParseAddress("unix:/" + std::string(106, 'a')).ok());
  const auto status = ParseAddress("unix:/" + std::string(107, 'a')).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("want at most 107"));
}

}  // namespace
}  // namespace sumlog::rpc_client
