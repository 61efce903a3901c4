// Goal: a proxy of the environment carries https as a tunnel, in which it can neither read nor
// forge; use_proxy = false goes straight to the server.
// Method: a CONNECT proxy and a TLS server, both on loopback.

#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/connect_proxy.h"
#include "client/http_fetcher.h"
#include "client/tls_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/scripted_tcp_server.h"
#include "support/temp_folder.h"

namespace sumlog::client {
namespace {

using ::sumlog::testing::HttpAnswer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* kVariables[] = {"https_proxy", "HTTPS_PROXY", "no_proxy",  "NO_PROXY",
                                      "all_proxy",   "ALL_PROXY",   "http_proxy"};

class HttpsProxy : public ::testing::Test {
 protected:
  HttpsProxy() { Clear(); }
  ~HttpsProxy() override { Clear(); }

  static void Clear() {
    for (const char* const variable : kVariables) ::unsetenv(variable);
  }

  absl::StatusOr<std::string> Fetch(const std::string& url, const TlsServer& authority,
                                    bool use_proxy) {
    HttpFetcherOptions options;
    options.base_url = url;
    options.use_proxy = use_proxy;
    options.ca_file = folder_.path() + "/ca.pem";
    std::ofstream(options.ca_file) << authority.pem();
    const auto fetcher = NewHttpFetcher(options);
    if (!fetcher.ok()) return fetcher.status();
    return (*fetcher)->Fetch("/latest", 1000);
  }

  testing::TempFolder folder_;
  const TlsServer server_{[](const std::string& request) {
    const bool knows_me = absl::StrContains(request, "Authorization: Basic dXNlcjpzZWNyZXQ=");
    return HttpAnswer("200 OK", "", knows_me ? "hello user" : "hello");
  }};
};

TEST_F(HttpsProxy, CarriesATunnel) {
  const ConnectProxy proxy(server_.port());
  for (const char* const variable : {"https_proxy", "HTTPS_PROXY"}) {
    Clear();
    ::setenv(variable, proxy.url().c_str(), 1);
    const auto answer = Fetch(server_.url(), server_, /*use_proxy=*/true);
    ASSERT_TRUE(answer.ok()) << variable << ": " << answer.status();
    EXPECT_EQ(*answer, "hello");
  }
  const auto is_tunnel =
      StartsWith(absl::StrCat("CONNECT 127.0.0.1:", server_.port(), " HTTP/1.1"));
  EXPECT_THAT(proxy.requests(), ElementsAre(is_tunnel, is_tunnel));
}

TEST_F(HttpsProxy, SeesNeitherPathNorCredentials) {
  const ConnectProxy proxy(server_.port());
  ::setenv("https_proxy", proxy.url().c_str(), 1);
  const std::string url = absl::StrCat("https://user:secret@127.0.0.1:", server_.port());
  const auto answer = Fetch(url, server_, /*use_proxy=*/true);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, "hello user");
  EXPECT_THAT(proxy.requests(),
              ElementsAre(AllOf(Not(HasSubstr("Authorization")), Not(HasSubstr("/latest")))));
}

TEST_F(HttpsProxy, IsNotAskedWithoutUseProxy) {
  const ConnectProxy proxy(server_.port());
  ::setenv("https_proxy", proxy.url().c_str(), 1);
  ::setenv("all_proxy", proxy.url().c_str(), 1);
  const auto answer = Fetch(server_.url(), server_, /*use_proxy=*/false);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(proxy.requests(), IsEmpty());
}

TEST_F(HttpsProxy, IsNotAskedForHostsOfNoProxy) {
  const ConnectProxy proxy(server_.port());
  ::setenv("https_proxy", proxy.url().c_str(), 1);
  ::setenv("no_proxy", "127.0.0.1", 1);
  const auto answer = Fetch(server_.url(), server_, /*use_proxy=*/true);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(proxy.requests(), IsEmpty());
}

TEST_F(HttpsProxy, CannotPutItselfInTheServersPlace) {
  const TlsServer other([](const std::string&) { return HttpAnswer("200 OK", "", "forged"); });
  const ConnectProxy proxy(other.port());
  ::setenv("https_proxy", proxy.url().c_str(), 1);
  const absl::Status status = Fetch(server_.url(), server_, /*use_proxy=*/true).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(proxy.requests(), SizeIs(1));
}

TEST_F(HttpsProxy, ThatRefusesMakesTheServerUnavailable) {
  const ConnectProxy proxy(0);
  ::setenv("https_proxy", proxy.url().c_str(), 1);
  // Not kInvalidArgument: that is the server's answer, and it was never asked.
  const absl::Status status = Fetch(server_.url(), server_, /*use_proxy=*/true).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

}  // namespace
}  // namespace sumlog::client
