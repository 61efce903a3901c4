// Goal: what a server says when a call fails reaches people as the server's words, and what gRPC
// says of our own timer does not.

#include "rpc_client/channel.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::rpc_client {
namespace {

using ::testing::HasSubstr;

TEST(FromGrpcStatus, HandsOnWhyTheServerEndedACallThatTookTooLong) {
  const absl::Status idle = FromGrpcStatus(
      grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "nothing came for 10m"), "unix:/s");
  EXPECT_TRUE(absl::IsUnavailable(idle));
  EXPECT_EQ(client::ServerTextOf(idle), "nothing came for 10m");
  EXPECT_THAT(std::string(idle.message()), HasSubstr("no answer of unix:/s in time"));

  const absl::Status ours = FromGrpcStatus(
      grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded"), "unix:/s");
  EXPECT_EQ(ours.message(), idle.message());
  EXPECT_EQ(client::ServerTextOf(ours), "");
}

}  // namespace
}  // namespace sumlog::rpc_client
