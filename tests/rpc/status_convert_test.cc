// Goal: a failure reaches the caller with the code of the contract and with text that fits a header
// and a terminal.
// Method: each code; each kind of harmful character; messages on both sides of the bound.

#include "rpc/status_convert.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::rpc {
namespace {

std::string MessageOf(const std::string& text) {
  return ToGrpcStatus(absl::NotFoundError(text)).error_message();
}

TEST(ToGrpcStatus, KeepsTheCodesOfTheContract) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_EQ(ToGrpcStatus(absl::NotFoundError("x")).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ToGrpcStatus(absl::DataLossError("x")).error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(ToGrpcStatus(absl::ResourceExhaustedError("x")).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ToGrpcStatusOfLimit(absl::ResourceExhaustedError("x")).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ToGrpcStatus(absl::UnknownError("x")).error_code(), grpc::StatusCode::INTERNAL);
}

TEST(ToGrpcStatus, LeavesPlainTextAlone) {
  EXPECT_EQ(MessageOf("a@v1.0.0 is not in the log: 原因"), "a@v1.0.0 is not in the log: 原因");
}

TEST(ToGrpcStatus, ReplacesWhatMayNotBeShown) {
  EXPECT_EQ(MessageOf("a\rb\x1b[2J\x7f"), "a?b?[2J?");
  EXPECT_EQ(MessageOf("a\u0085\u202e\u200b\ufeff\U000e0041"), "a?????");
  EXPECT_EQ(MessageOf("a\xff\xc3"), "a??");
}

TEST(ToGrpcStatus, MakesOneLineOfSeveral) {
  EXPECT_EQ(MessageOf("a@v1.0.0 is blocked\nwhy: bad\nfix: ask"),
            "a@v1.0.0 is blocked; why: bad; fix: ask");
}

TEST(ToGrpcStatus, CutsTheMiddleOutOfALongMessage) {
  const std::string longest(kMaxMessageBytes, 'x');
  EXPECT_EQ(MessageOf(longest), longest);
  const std::string cut = MessageOf("first " + longest + " last");
  EXPECT_LE(cut.size(), kMaxMessageBytes);
  EXPECT_THAT(cut, ::testing::AllOf(::testing::StartsWith("first "), ::testing::EndsWith(" last"),
                                    ::testing::HasSubstr(" ... ")));
  EXPECT_LE(MessageOf(std::string(kMaxMessageBytes, '\n')).size(), kMaxMessageBytes);
}

}  // namespace
}  // namespace sumlog::rpc
