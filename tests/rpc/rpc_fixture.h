// A gRPC server over a log in memory, and clients of it over real channels.
//
// Owned by one thread.

#ifndef SUMLOG_TESTS_RPC_RPC_FIXTURE_H_
#define SUMLOG_TESTS_RPC_RPC_FIXTURE_H_

#include <grpcpp/create_channel.h>
#include <sumlog/v1/log.grpc.pb.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rpc/rpc_server.h"
#include "support/test_log.h"

namespace sumlog::rpc {

// Bytes of a message field → a hash; anything but 32 bytes fails the test.
inline tlog::Hash ToHash(const std::string& bytes) {
  tlog::Hash hash = {};
  EXPECT_EQ(bytes.size(), hash.size());
  if (bytes.size() == hash.size()) std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

template <typename Proof>
std::vector<tlog::Hash> PathOf(const Proof& proof) {
  std::vector<tlog::Hash> path;
  for (const std::string& hash : proof.hashes()) path.push_back(ToHash(hash));
  return path;
}

inline tlog::TreeHead ToHead(const v1::TreeHead& head) {
  return {.size = head.size(), .root = ToHash(head.root())};
}

class RpcTest : public ::testing::Test {
 protected:
  explicit RpcTest(std::uint64_t records = 600) {
    EXPECT_EQ(log_.Open(), absl::OkStatus());
    Grow(records);
  }

  // One head for each call.
  void Grow(std::uint64_t count) {
    if (count == 0) return;
    EXPECT_EQ(log_.Add(testing::MakeRecords(size_, count)).status(), absl::OkStatus());
    for (std::uint64_t i = 0; i < count; ++i) {
      texts_.push_back(gosum::FormatRecordText(testing::MakeRecord(size_ + i)));
      leaves_.push_back(tlog::LeafHash(texts_.back()));
    }
    size_ += count;
  }

  void Start() { Start({}); }
  void Start(const RpcLimits& limits) {
    server_ = StartAt({"127.0.0.1:0"}, limits).value();
    stub_ = Connect(server_->addresses().front());
  }

  absl::StatusOr<std::unique_ptr<RpcServer>> StartAt(std::vector<std::string> addresses,
                                                     const RpcLimits& limits = {}) {
    return RpcServer::Start(
        {.reader = &log_->reader(), .addresses = std::move(addresses), .limits = limits});
  }

  // A channel of its own, with windows of 64 KiB that never grow: what a client does not read, it
  // does not take.
  static std::unique_ptr<v1::Log::Stub> Connect(
      const std::string& address,
      std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials()) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 65535);
    arguments.SetMaxReceiveMessageSize(-1);
    return v1::Log::NewStub(grpc::CreateCustomChannel(address, credentials, arguments));
  }

  const tlog::TreeHead& NewestHead() { return log_->reader().Newest()->signed_head.head; }

  // Calls one method and keeps the response: Call(&Stub::GetRecord, request, &response).
  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::Log::Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    return ((*stub_).*method)(&context, request, response);
  }

  testing::TestLog log_;
  std::uint64_t size_ = 0;
  std::vector<std::string> texts_;
  std::vector<tlog::Hash> leaves_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<v1::Log::Stub> stub_;
};

// expect: a status of this code whose message contains `text`.
inline void ExpectStatus(const grpc::Status& status, grpc::StatusCode code,
                         const std::string& text) {
  EXPECT_EQ(status.error_code(), code) << status.error_message();
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr(text));
}

}  // namespace sumlog::rpc

#endif  // SUMLOG_TESTS_RPC_RPC_FIXTURE_H_
