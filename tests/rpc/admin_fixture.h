// A server of sumlog.v1.Admin over a log in memory, with a socket and clients of it.
//
// Owned by one thread.

#ifndef SUMLOG_TESTS_RPC_ADMIN_FIXTURE_H_
#define SUMLOG_TESTS_RPC_ADMIN_FIXTURE_H_

#include <sumlog/v1/admin.grpc.pb.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "admin/journal.h"
#include "admin/token_store.h"
#include "base/file.h"
#include "nlohmann/json.hpp"
#include "rpc_fixture.h"

namespace sumlog::rpc {

inline void ToMessage(const gosum::Record& record, v1::Record* message) {
  message->mutable_module()->set_path(record.module.path);
  message->mutable_module()->set_version(record.module.version);
  message->set_zip_hash(record.zip_hash);
  message->set_go_mod_hash(record.mod_hash);
}

inline v1::AddRecordsRequest AddRequestOf(const std::vector<gosum::Record>& records) {
  v1::AddRecordsRequest request;
  for (const gosum::Record& record : records) ToMessage(record, request.add_records());
  return request;
}

class AdminTest : public RpcTest {
 protected:
  explicit AdminTest(std::uint64_t records = 3) : RpcTest(records) {
    tokens_ = *admin::TokenStore::Open(log_.store, &log_.clock);
    journal_ = *admin::Journal::Open(journal_path(), &log_.clock);
  }

  // Before what it uses.
  ~AdminTest() override { server_.reset(); }

  std::string journal_path() const { return log_.folder.path() + "/journal/admin.jsonl"; }

  AdminContext Context() {
    return {.log = &*log_,
            .tokens = tokens_.get(),
            .journal = journal_.get(),
            .clock = &log_.clock,
            .log_name = "sum.example.com",
            .verifier_key = "sum.example.com+key",
            .server_version = "1.2.3",
            .started_at = log_.clock.Now()};
  }

  RpcServer::Options AdminOptions(std::string address) {
    RpcServer::Options options;
    options.reader = &log_->reader();
    options.admin = Context();
    options.addresses = {std::move(address)};
    options.limits.max_request_bytes = kMaxAddRequestBytes;
    return options;
  }

  // Serves at a Unix socket.
  void StartAtSocket() {
    server_ = RpcServer::Start(AdminOptions("unix:" + log_.folder.path() + "/admin.sock")).value();
    admin_ = ConnectAdmin(grpc::InsecureChannelCredentials());
  }

  std::unique_ptr<v1::Admin::Stub> ConnectAdmin(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return v1::Admin::NewStub(
        grpc::CreateCustomChannel(server_->addresses().front(), credentials, arguments));
  }

  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::Admin::Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    return ((*admin_).*method)(&context, request, response);
  }

  v1::AddRecordBatchResponse AddBatchOf(const std::vector<gosum::Record>& records) {
    v1::AddRecordBatchRequest request;
    for (const gosum::Record& record : records) ToMessage(record, request.add_records());
    v1::AddRecordBatchResponse response;
    const grpc::Status status = Call(&v1::Admin::Stub::AddRecordBatch, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  std::vector<nlohmann::json> JournalLines() const {
    std::vector<nlohmann::json> lines;
    const std::string content = *ReadFile(journal_path(), 1 << 24);
    for (const absl::string_view line : absl::StrSplit(content, '\n', absl::SkipEmpty())) {
      lines.push_back(nlohmann::json::parse(line.begin(), line.end()));
    }
    return lines;
  }

  std::unique_ptr<admin::TokenStore> tokens_;
  std::unique_ptr<admin::Journal> journal_;
  std::unique_ptr<v1::Admin::Stub> admin_;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_TESTS_RPC_ADMIN_FIXTURE_H_
