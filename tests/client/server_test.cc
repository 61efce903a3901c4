// Goal: our client and our server understand each other over real HTTP.
// Method: an origin log behind the real server on loopback, asked at the root and under its name.

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/http_fetcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "http/http_server.h"
#include "http/sumdb_handler.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/client/sumdb_client.h"
#include "support/test_log.h"

namespace sumlog::client {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::MakeRecords;
using ::sumlog::testing::MakeSigner;
using ::sumlog::testing::TestLog;
using ::testing::HasSubstr;

constexpr std::uint64_t kRecords = 700;

class Server : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    ::setenv("no_proxy", "*", 1);
    ASSERT_TRUE(log_.Open().ok());
    ASSERT_TRUE(log_.Add(MakeRecords(0, kRecords)).ok());
    http::SumdbHandlerOptions served;
    served.logs = {{.name = "sum.example.com", .reader = &log_->reader()}};
    handler_ = http::NewSumdbHandler(std::move(served));
    auto server = http::HttpServer::Start({}, handler_.get());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);

    HttpFetcherOptions options;
    options.base_url = absl::StrCat("http://127.0.0.1:", server_->port(), GetParam());
    auto fetcher = NewHttpFetcher(options);
    ASSERT_TRUE(fetcher.ok()) << fetcher.status();
    fetcher_ = *std::move(fetcher);
    client_ = SumdbClient::Create({.key = MakeSigner().verifier(), .fetcher = fetcher_.get()});
  }
  void TearDown() override { ::unsetenv("no_proxy"); }

  TestLog log_;
  std::unique_ptr<http::Handler> handler_;
  std::unique_ptr<http::HttpServer> server_;
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<SumdbClient> client_;
};

TEST_P(Server, ProvesItsRecords) {
  for (std::uint64_t number = 0; number < kRecords; number += 13) {
    const auto record = client_->Lookup(MakeRecord(number).module);
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_EQ(record->number, number);
    EXPECT_EQ(record->text, gosum::FormatRecordText(MakeRecord(number)));
  }
}

TEST_P(Server, GrowsOnOneTimeline) {
  ASSERT_TRUE(client_->Lookup(MakeRecord(5).module).ok());
  for (std::uint64_t size = kRecords; size < 1030; size += 55) {
    ASSERT_TRUE(log_.Add(MakeRecords(size, 55)).ok());
    const auto latest = client_->Latest();
    ASSERT_TRUE(latest.ok()) << latest.status();
    EXPECT_EQ(latest->head.size, size + 55);
    const auto record = client_->Lookup(MakeRecord(size + 54).module);
    ASSERT_TRUE(record.ok()) << record.status();
  }
}

TEST_P(Server, SaysWhatItDoesNotHave) {
  const absl::Status status = client_->Lookup(MakeRecord(kRecords).module).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(ServerTextOf(status), HasSubstr("is not in log sum.example.com"));
  EXPECT_TRUE(absl::IsNotFound(
      client_->Lookup({.path = "example.com/UpperCase", .version = "v1.0.0"}).status()));
}

INSTANTIATE_TEST_SUITE_P(Bases, Server, ::testing::Values("", "/", "/sumdb/sum.example.com"));

}  // namespace
}  // namespace sumlog::client
