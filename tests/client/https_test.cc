// Goal: over https only a certificate that the authorities vouch for is accepted, and no redirect
// leads back to http.
// Method: a self-signed certificate for 127.0.0.1, made here; a TLS server that sends one scripted
// answer to each connection.

#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/http_fetcher.h"
#include "client/tls_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/scripted_tcp_server.h"
#include "support/temp_folder.h"

namespace sumlog::client {
namespace {

using ::sumlog::testing::HttpAnswer;
using ::sumlog::testing::ScriptedTcpServer;
using ::testing::IsEmpty;

class Https : public ::testing::Test {
 protected:
  Https() { ::setenv("no_proxy", "*", 1); }
  ~Https() override { ::unsetenv("no_proxy"); }

  // Fetches `path`, believing this certificate alone, or the system's authorities when it is empty.
  absl::StatusOr<std::string> Fetch(const TlsServer& server, const std::string& path,
                                    const std::string& pem) {
    HttpFetcherOptions options;
    options.base_url = server.url();
    if (!pem.empty()) {
      options.ca_file = folder_.path() + "/ca.pem";
      std::ofstream(options.ca_file) << pem;
    }
    const auto fetcher = NewHttpFetcher(options);
    if (!fetcher.ok()) return fetcher.status();
    return (*fetcher)->Fetch(path, 1000);
  }

  testing::TempFolder folder_;
};

TEST_F(Https, BelievesTheAuthorityOfTheOptions) {
  const TlsServer server([](const std::string&) { return HttpAnswer("200 OK", "", "here"); });
  const auto answer = Fetch(server, "/latest", server.pem());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, "here");
}

TEST_F(Https, BelievesNoOtherCertificate) {
  const TlsServer server([](const std::string&) { return HttpAnswer("200 OK", "", "here"); });
  const TlsServer other([](const std::string&) { return ""; });
  for (const std::string& pem : {std::string(), other.pem()}) {
    const absl::Status status = Fetch(server, "/latest", pem).status();
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  }
}

TEST_F(Https, FollowsRedirectsToHttps) {
  const TlsServer server([](const std::string& request) {
    if (absl::StartsWith(request, "GET /new")) return HttpAnswer("200 OK", "", "here");
    return HttpAnswer("302 Found", "Location: /new\r\n", "");
  });
  const auto answer = Fetch(server, "/old", server.pem());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, "here");
}

TEST_F(Https, FollowsNoRedirectToHttp) {
  const ScriptedTcpServer plain(
      [](const std::string&) { return HttpAnswer("200 OK", "", "anybody may change this"); });
  const TlsServer server([&plain](const std::string&) {
    return HttpAnswer("302 Found", absl::StrCat("Location: ", plain.url(), "/latest\r\n"), "");
  });
  const absl::Status status = Fetch(server, "/latest", server.pem()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(plain.requests(), IsEmpty());
}

}  // namespace
}  // namespace sumlog::client
