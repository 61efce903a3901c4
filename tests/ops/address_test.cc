// Goal: addresses are read as people write them, and nothing else passes for one.
// Method: tables of right and wrong texts.

#include "ops/address.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::ops {
namespace {

TEST(ParseAddress, ReadsHostAndPort) {
  const struct {
    const char* text;
    const char* host;
    int port;
  } right[] = {
      {"127.0.0.1:8080", "127.0.0.1", 8080},
      {"localhost:0", "localhost", 0},
      {"[::1]:65535", "::1", 65535},
      {":8080", "0.0.0.0", 8080},
      {"sum.example.com:443", "sum.example.com", 443},
      {"[::]:1", "::", 1},
  };
  for (const auto& want : right) {
    const auto address = ParseAddress(want.text);
    ASSERT_TRUE(address.ok()) << want.text << ": " << address.status();
    EXPECT_EQ(address->host, want.host);
    EXPECT_EQ(address->port, want.port);
  }
}

TEST(ParseAddress, RefusesEverythingElse) {
  const char* const wrong[] = {"",          "8080",   "localhost",   "127.0.0.1:", ":",
                               ":65536",    ":-1",    ":+1",         ": 80",       ":080808",
                               "::1:80",    "[::1]",  "[::1]80",     "[::1:80",    "::1]:80",
                               "a b:80",    "a/b:80", "http://a:80", "a:80 ",      "a\n:80",
                               "[[::1]]:1", "a:8o"};
  for (const char* text : wrong) {
    const absl::Status status = ParseAddress(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("want HOST:PORT"));
  }
}

TEST(FormatAddress, IsTheInverse) {
  for (const char* text : {"127.0.0.1:8080", "[::1]:0", "localhost:1"}) {
    EXPECT_EQ(FormatAddress(*ParseAddress(text)), text);
  }
}

}  // namespace
}  // namespace sumlog::ops
