// Goal: every answer and every failure of the network becomes the right body or the right status,
// within bounds.
// Method: a server that sends scripted bytes; a folder of files.

#include "client/http_fetcher.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sumlog/client/failure_details.h"
#include "support/scripted_tcp_server.h"
#include "support/temp_folder.h"

namespace sumlog::client {
namespace {

using ::sumlog::testing::HttpAnswer;
using ::sumlog::testing::ScriptedTcpServer;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kPlain[] = "Content-Type: text/plain; charset=utf-8\r\n";

class HttpFetcherTest : public ::testing::Test {
 protected:
  // Whatever proxies the machine has, loopback is reached directly.
  HttpFetcherTest() { ::setenv("no_proxy", "*", 1); }
  ~HttpFetcherTest() override { ::unsetenv("no_proxy"); }

  static std::unique_ptr<Fetcher> New(const std::string& base_url,
                                      absl::Duration timeout = absl::Seconds(30)) {
    HttpFetcherOptions options;
    options.base_url = base_url;
    options.timeout = timeout;
    absl::StatusOr<std::unique_ptr<Fetcher>> fetcher = NewHttpFetcher(options);
    EXPECT_TRUE(fetcher.ok()) << fetcher.status();
    return *std::move(fetcher);
  }

  // What one fetch gives when the server answers with these bytes.
  static absl::StatusOr<std::string> FetchOf(const std::string& answer, std::size_t max_bytes) {
    const ScriptedTcpServer server([&answer](const std::string&) { return answer; });
    return New(server.url())->Fetch("/latest", max_bytes);
  }
};

bool IsRefused(const std::string& base_url) {
  HttpFetcherOptions options;
  options.base_url = base_url;
  return absl::IsInvalidArgument(NewHttpFetcher(options).status());
}

TEST(NewHttpFetcher, RefusesWhatIsNoBaseUrl) {
  for (const char* const url : {"",
                                "sum.example.com",
                                "127.0.0.1:8080",
                                "/srv",
                                "ftp://sum.example.com",
                                "http://",
                                "https://sum.example.com?x=y",
                                "https://sum.example.com#x",
                                "file://",
                                "file:///",
                                "file://host/srv",
                                "http://user:secret@sum.example.com",
                                "http://a b",
                                "http://a:99999",
                                "http://:80",
                                "http:///a",
                                "http:/a",
                                "http:a",
                                "http://a:0",
                                "https://user@"}) {
    EXPECT_TRUE(IsRefused(url)) << url;
  }
}

TEST(NewHttpFetcher, AcceptsWhatGoAccepts) {
  for (const char* const url : {"https://sum.example.com", "https://sum.example.com/",
                                "http://127.0.0.1:8080", "http://[::1]:8080/sumdb/sum.example.com/",
                                "https://user:secret@sum.example.com", "file:///srv/sumdb"}) {
    EXPECT_FALSE(IsRefused(url)) << url;
  }
}

TEST(NewHttpFetcher, RefusesTimeoutsThatAreNone) {
  for (const absl::Duration timeout :
       {absl::ZeroDuration(), absl::Seconds(-1), absl::InfiniteDuration()}) {
    HttpFetcherOptions options;
    options.base_url = "https://sum.example.com";
    options.timeout = timeout;
    EXPECT_TRUE(absl::IsInvalidArgument(NewHttpFetcher(options).status()));
  }
}

TEST_F(HttpFetcherTest, AppendsThePathToTheBase) {
  const ScriptedTcpServer server([](const std::string& request) {
    return HttpAnswer("200 OK", "", request.substr(0, request.find("\r\n")));
  });
  EXPECT_EQ(*New(server.url())->Fetch("/lookup/example.com/!foo@v1.0.0+incompatible", 100),
            "GET /lookup/example.com/!foo@v1.0.0+incompatible HTTP/1.1");
  EXPECT_EQ(*New(server.url() + "/sumdb/sum.example.com/")->Fetch("/latest", 100),
            "GET /sumdb/sum.example.com/latest HTTP/1.1");
}

TEST_F(HttpFetcherTest, RefusesWhatIsNoPath) {
  const ScriptedTcpServer server([](const std::string&) { return HttpAnswer("200 OK", "", ""); });
  const std::string with_nul("/a\0b", 4);
  for (const std::string& path : {std::string("latest"), std::string(""), std::string("/a b"),
                                  std::string("/a\r\nX: y"), with_nul}) {
    EXPECT_TRUE(absl::IsInvalidArgument(New(server.url())->Fetch(path, 100).status())) << path;
  }
  EXPECT_THAT(server.requests(), SizeIs(0));
}

TEST_F(HttpFetcherTest, TakesBodiesUpToTheBound) {
  const std::string body(1000, 'x');
  EXPECT_EQ(*FetchOf(HttpAnswer("200 OK", "", body), 1000), body);
  EXPECT_EQ(*FetchOf("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body, 1000), body);
  EXPECT_TRUE(absl::IsResourceExhausted(FetchOf(HttpAnswer("200 OK", "", body), 999).status()));
  EXPECT_TRUE(absl::IsResourceExhausted(
      FetchOf("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body, 999).status()));
}

TEST_F(HttpFetcherTest, FindsACutBody) {
  const absl::Status status =
      FetchOf("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", 1000).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

TEST_F(HttpFetcherTest, MapsEveryStatus) {
  const auto code_of = [](const std::string& status) {
    return FetchOf(HttpAnswer(status, kPlain, "because\n"), 1000).status().code();
  };
  EXPECT_EQ(code_of("404 Not Found"), absl::StatusCode::kNotFound);
  EXPECT_EQ(code_of("410 Gone"), absl::StatusCode::kNotFound);
  EXPECT_EQ(code_of("429 Too Many Requests"), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code_of("500 Internal Server Error"), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code_of("503 Service Unavailable"), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code_of("400 Bad Request"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code_of("403 Forbidden"), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(code_of("201 Created"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code_of("206 Partial Content"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code_of("204 No Content"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code_of("304 Not Modified"), absl::StatusCode::kInvalidArgument);
}

TEST_F(HttpFetcherTest, ShowsTheServersTextWhenItIsPlain) {
  const std::string text = "not in the log\nask \x1b[1mplatform\n";
  const absl::Status plain = FetchOf(HttpAnswer("404 Not Found", kPlain, text), 10).status();
  EXPECT_THAT(std::string(plain.message()), EndsWith("/latest: status 404, want 200"));
  EXPECT_EQ(ServerTextOf(plain), "not in the log\nask ?[1mplatform");
  const absl::Status html =
      FetchOf(HttpAnswer("404 Not Found", "Content-Type: text/html\r\n", "<p>secret"), 10).status();
  EXPECT_EQ(ServerTextOf(html), "");
}

TEST_F(HttpFetcherTest, TellsHowLongTheServerWantsToBeLeftAlone) {
  const auto wait_of = [](const std::string& status, const std::string& headers) {
    return RetryAfterOf(FetchOf(HttpAnswer(status, headers, "busy"), 100).status());
  };
  EXPECT_EQ(wait_of("429 Too Many Requests", "Retry-After: 90\r\n"), absl::Seconds(90));
  EXPECT_EQ(wait_of("503 Busy", "Retry-After: 1\r\n"), absl::Seconds(1));
  EXPECT_EQ(wait_of("503 Busy", ""), absl::ZeroDuration());
  EXPECT_EQ(wait_of("503 Busy", "Retry-After: -5\r\n"), absl::ZeroDuration());
  EXPECT_EQ(wait_of("404 Not Found", "Retry-After: 90\r\n"), absl::ZeroDuration());
}

TEST_F(HttpFetcherTest, GivesUpWhenItIsCancelled) {
  const ScriptedTcpServer silent([](const std::string&) { return ""; });
  HttpFetcherOptions options;
  options.base_url = silent.url();
  options.cancelled = [] { return true; };
  const auto fetcher = NewHttpFetcher(options);
  ASSERT_TRUE(fetcher.ok()) << fetcher.status();
  EXPECT_TRUE(absl::IsUnavailable((*fetcher)->Fetch("/latest", 100).status()));
}

TEST_F(HttpFetcherTest, ReadsNoMoreOfAnErrorThanItShows) {
  const std::string text = absl::StrCat("first\n", std::string(1u << 20, 'x'));
  const absl::Status status = FetchOf(HttpAnswer("404 Not Found", kPlain, text), 10).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(ServerTextOf(status), StartsWith("first\nxxx"));
  EXPECT_LT(ServerTextOf(status).size(), 1000u);
}

TEST_F(HttpFetcherTest, FollowsRedirects) {
  const ScriptedTcpServer server([](const std::string& request) {
    if (absl::StartsWith(request, "GET /new")) return HttpAnswer("200 OK", "", "here");
    return HttpAnswer("302 Found", "Location: /new\r\n", "moved");
  });
  EXPECT_EQ(*New(server.url())->Fetch("/old", 100), "here");
}

TEST_F(HttpFetcherTest, StopsAtABoundOfRedirects) {
  const ScriptedTcpServer server(
      [](const std::string&) { return HttpAnswer("302 Found", "Location: /round\r\n", ""); });
  const absl::Status status = New(server.url())->Fetch("/round", 100).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(server.requests(), SizeIs(kMaxRedirects + 1));
}

TEST_F(HttpFetcherTest, LeavesTheWebForNoRedirect) {
  for (const char* const target : {"file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://x/"}) {
    const absl::Status status =
        FetchOf(HttpAnswer("302 Found", absl::StrCat("Location: ", target, "\r\n"), ""), 1000)
            .status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << target << ": " << status;
  }
}

TEST_F(HttpFetcherTest, GivesUpOnASilentServer) {
  const ScriptedTcpServer server([](const std::string&) { return ""; });
  const absl::Status status =
      New(server.url(), absl::Milliseconds(200))->Fetch("/latest", 100).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

TEST_F(HttpFetcherTest, CallsAClosedPortUnavailable) {
  std::string url;
  {
    const ScriptedTcpServer server([](const std::string&) { return ""; });
    url = server.url();
  }
  const absl::Status status = New(url)->Fetch("/latest", 100).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), StartsWith(absl::StrCat("GET ", url, "/latest: ")));
}

TEST_F(HttpFetcherTest, RefusesWhatIsNoHttp) {
  for (const char* const answer : {"SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x03", "hello\n\n"}) {
    EXPECT_FALSE(FetchOf(answer, 1000).ok()) << answer;
  }
}

TEST_F(HttpFetcherTest, KeepsCredentialsOutOfMessages) {
  const auto fetcher = New("https://user:secret@127.0.0.1:1");
  const absl::Status status = fetcher->Fetch("/latest", 100).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
}

TEST_F(HttpFetcherTest, TakesProxiesFromTheEnvironment) {
  const ScriptedTcpServer proxy([](const std::string& request) {
    return HttpAnswer("200 OK", "", request.substr(0, request.find("\r\n")));
  });
  ::unsetenv("no_proxy");
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  EXPECT_EQ(*New("http://sum.example.com")->Fetch("/latest", 100),
            "GET http://sum.example.com/latest HTTP/1.1");
  ::unsetenv("http_proxy");
}

TEST_F(HttpFetcherTest, IsSafeFromSeveralThreads) {
  const ScriptedTcpServer server([](const std::string& request) {
    return HttpAnswer("200 OK", "", request.substr(0, request.find(" HTTP")));
  });
  const auto fetcher = New(server.url());
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&fetcher, thread] {
      for (int i = 0; i < 25; ++i) {
        const std::string path = absl::StrCat("/", thread, "/", i);
        EXPECT_EQ(*fetcher->Fetch(path, 100), absl::StrCat("GET ", path));
      }
    });
  }
}

TEST(FileFetcher, ReadsTheFilesOfAFolder) {
  const testing::TempFolder folder;
  std::ofstream(folder.path() + "/latest") << "note";
  HttpFetcherOptions options;
  options.base_url = absl::StrCat("file://", folder.path(), "/");
  const auto fetcher = NewHttpFetcher(options);
  ASSERT_TRUE(fetcher.ok()) << fetcher.status();
  EXPECT_EQ(*(*fetcher)->Fetch("/latest", 4), "note");
  EXPECT_TRUE(absl::IsResourceExhausted((*fetcher)->Fetch("/latest", 3).status()));
  EXPECT_TRUE(absl::IsNotFound((*fetcher)->Fetch("/lookup/x@v1.0.0", 100).status()));
  for (const char* const path : {"latest", "/../etc/passwd", "/a/../latest", "/./latest", "//"}) {
    EXPECT_TRUE(absl::IsInvalidArgument((*fetcher)->Fetch(path, 100).status())) << path;
  }
}

}  // namespace
}  // namespace sumlog::client
