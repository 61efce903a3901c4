// Goal: HttpServer keeps its promises to clients that behave: answers in order, keep-alive, HEAD,
// conditional requests, late answers from any thread, and an end that loses nothing.
// Method: a client that sends raw bytes over loopback, against handlers that the test scripts.

#include "http/http_server.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/raw_http_client.h"
#include "support/scripted_handler.h"

namespace sumlog::http {
namespace {

std::unique_ptr<HttpServer> StartServer(Handler* handler, ServerLimits limits = {},
                                        int threads = 2) {
  HttpServer::Options options;
  options.limits = limits;
  options.threads = threads;
  auto server = HttpServer::Start(options, handler);
  EXPECT_EQ(server.status(), absl::OkStatus());
  return *std::move(server);
}

Response Text(std::string body) {
  return {.status = 200,
          .content_type = "text/plain",
          .cache_control = "no-cache",
          .etag = "\"e1\"",
          .body = std::move(body)};
}

constexpr char kHost[] = "Host: log.example\r\n";

TEST(HttpServer, AnswersSeveralRequestsOnOneConnection) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  for (int i = 0; i < 20; ++i) {
    const RawResponse response = client.Get(absl::StrCat("/page/", i));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, absl::StrCat("/page/", i));
    EXPECT_EQ(response.Header("connection"), "");
  }
}

TEST(HttpServer, SendsWhatTheHandlerSays) {
  InstantHandler handler([](const Request&) { return Text("hello\n"); });
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  const RawResponse response = client.Get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello\n");
  EXPECT_EQ(response.Header("content-type"), "text/plain");
  EXPECT_EQ(response.Header("content-length"), "6");
  EXPECT_EQ(response.Header("cache-control"), "no-cache");
  EXPECT_EQ(response.Header("etag"), "\"e1\"");
  EXPECT_THAT(response.Header("date"), testing::EndsWith(" GMT"));
}

TEST(HttpServer, SendsTheHeadersOfAGetAndNoBodyForHead) {
  InstantHandler handler([](const Request&) { return Text("hello\n"); });
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  client.Send(absl::StrCat("HEAD / HTTP/1.1\r\n", kHost, "\r\n"));
  const RawResponse head = client.ReadResponse(/*has_body=*/false);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("content-length"), "6");
  // Were there a body, it would be taken for the next response.
  EXPECT_EQ(client.Get("/").body, "hello\n");
}

TEST(HttpServer, Answers304WhenTheClientHasTheSameVersion) {
  InstantHandler handler([](const Request&) { return Text("hello\n"); });
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  for (const char* tags :
       {"\"e1\"", "W/\"e1\"", "\"x\", \"e1\"", "*", "\"x\"\r\nIf-None-Match: \"e1\""}) {
    SCOPED_TRACE(tags);
    client.Send(absl::StrCat("GET / HTTP/1.1\r\n", kHost, "If-None-Match: ", tags, "\r\n\r\n"));
    const RawResponse response = client.ReadResponse();
    EXPECT_EQ(response.status, 304);
    EXPECT_EQ(response.Header("etag"), "\"e1\"");
    EXPECT_EQ(response.Header("cache-control"), "no-cache");
    EXPECT_EQ(response.Header("content-length"), "");
  }
  for (const char* tags : {"\"e2\"", "e1", "\"e1", "", "\"e1x\""}) {
    SCOPED_TRACE(tags);
    client.Send(absl::StrCat("GET / HTTP/1.1\r\n", kHost, "If-None-Match: ", tags, "\r\n\r\n"));
    EXPECT_EQ(client.ReadResponse().body, "hello\n");
  }
}

TEST(HttpServer, SpeaksHttp10) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler);
  {
    RawHttpClient client(server->port());
    client.Send("GET /once HTTP/1.0\r\n\r\n");
    const RawResponse response = client.ReadResponse();
    EXPECT_EQ(response.body, "/once");
    EXPECT_EQ(response.Header("connection"), "close");
    EXPECT_TRUE(client.IsClosedByServer());
  }
  RawHttpClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.Send("GET /kept HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const RawResponse response = client.ReadResponse();
    EXPECT_EQ(response.body, "/kept");
    EXPECT_EQ(response.Header("connection"), "keep-alive");
  }
}

TEST(HttpServer, ClosesWhenTheClientAsksForIt) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  client.Send(absl::StrCat("GET /a HTTP/1.1\r\n", kHost, "Connection: close\r\n\r\n",
                           "GET /not-answered HTTP/1.1\r\n", kHost, "\r\n"));
  const RawResponse response = client.ReadResponse();
  EXPECT_EQ(response.body, "/a");
  EXPECT_EQ(response.Header("connection"), "close");
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(HttpServer, AnswersARequestThatArrivesByteByByte) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  for (const char c : absl::StrCat("GET /slow HTTP/1.1\r\n", kHost, "\r\n")) {
    client.Send(absl::string_view(&c, 1));
  }
  EXPECT_EQ(client.ReadResponse().body, "/slow");
}

TEST(HttpServer, AcceptsAnEmptyLineBeforeARequest) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  client.Send(
      absl::StrCat("\r\nGET /a HTTP/1.1\r\n", kHost, "\r\n\r\nGET /b HTTP/1.1\r\n", kHost, "\r\n"));
  EXPECT_EQ(client.ReadResponse().body, "/a");
  EXPECT_EQ(client.ReadResponse().body, "/b");
}

TEST(HttpServer, TurnsAnAbsoluteTargetIntoItsPath) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  EXPECT_EQ(client.Get("http://log.example:80/a?b").body, "/a?b");
  EXPECT_EQ(client.Get("HTTPS://[::1]").body, "/");
  EXPECT_EQ(client.Get("http://log.example?b").body, "/?b");
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  constexpr int kCount = 500;
  std::string all;
  for (int i = 0; i < kCount; ++i)
    absl::StrAppend(&all, "GET /", i, " HTTP/1.1\r\n", kHost, "\r\n");
  std::jthread sender([&] { client.Send(all); });
  for (int i = 0; i < kCount; ++i) {
    ASSERT_EQ(client.ReadResponse().body, absl::StrCat("/", i));
  }
}

TEST(HttpServer, KeepsTheOrderOfPipelinedRequestsThatAreAnsweredBackwards) {
  PatientHandler handler;
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  std::string all;
  for (int i = 0; i < 5; ++i) absl::StrAppend(&all, "GET /", i, " HTTP/1.1\r\n", kHost, "\r\n");
  client.Send(all);
  auto pending = handler.Take(5);
  std::reverse(pending.begin(), pending.end());
  for (auto& each : pending) each.respond(EchoTarget(each.request));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.ReadResponse().body, absl::StrCat("/", i));
}

TEST(HttpServer, AnswersMoreRequestsThanItHoldsAtOnceWhenAnswersComeLate) {
  PatientHandler handler;
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  constexpr int kCount = 100;
  std::string all;
  for (int i = 0; i < kCount; ++i)
    absl::StrAppend(&all, "GET /", i, " HTTP/1.1\r\n", kHost, "\r\n");
  client.Send(all);
  std::jthread answering([&] {
    for (int answered = 0; answered < kCount;) {
      for (auto& each : handler.Take(1)) {
        each.respond(EchoTarget(each.request));
        ++answered;
      }
    }
  });
  for (int i = 0; i < kCount; ++i) ASSERT_EQ(client.ReadResponse().body, absl::StrCat("/", i));
}

TEST(HttpServer, TakesOnlyTheFirstAnswer) {
  PatientHandler handler;
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  client.Send(absl::StrCat("GET /a HTTP/1.1\r\n", kHost, "\r\n"));
  auto first = handler.Take(1);
  const Respond copy = first[0].respond;
  first[0].respond(Text("first"));
  copy(Text("second"));
  EXPECT_EQ(client.ReadResponse().body, "first");
  client.Send(absl::StrCat("GET /b HTTP/1.1\r\n", kHost, "\r\n"));
  handler.Take(1)[0].respond(Text("third"));
  EXPECT_EQ(client.ReadResponse().body, "third");
}

TEST(HttpServer, Answers500WhenTheHandlerLetsGo) {
  PatientHandler handler;
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  client.Send(absl::StrCat("GET /a HTTP/1.1\r\n", kHost, "\r\n"));
  handler.Take(1).clear();
  EXPECT_EQ(client.ReadResponse().status, 500);
}

TEST(HttpServer, DropsAnswersToAConnectionThatHasGone) {
  PatientHandler handler;
  const auto server = StartServer(&handler);
  std::vector<PatientHandler::Pending> pending;
  {
    RawHttpClient client(server->port());
    client.Send(absl::StrCat("GET /a HTTP/1.1\r\n", kHost, "\r\n"));
    pending = handler.Take(1);
  }
  pending[0].respond(Text("too late"));
  RawHttpClient client(server->port());
  client.Send(absl::StrCat("GET /b HTTP/1.1\r\n", kHost, "\r\n"));
  handler.Take(1)[0].respond(Text("in time"));
  EXPECT_EQ(client.ReadResponse().body, "in time");
}

TEST(HttpServer, DropsAnswersThatComeAfterItsEnd) {
  PatientHandler handler;
  auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  client.Send(absl::StrCat("GET /a HTTP/1.1\r\n", kHost, "\r\n"));
  auto pending = handler.Take(1);
  client.Send("GET /half HTTP/1.1\r\n");
  server->Drain(absl::ZeroDuration());
  std::jthread ending([&] { server.reset(); });
  pending[0].respond(Text("bye"));
  const Respond copy = pending[0].respond;
  ending.join();
  copy(Text("nobody listens"));
}

TEST(HttpServer, AnswersAClientThatHasClosedItsSide) {
  PatientHandler handler;
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  client.Send(absl::StrCat("GET /a HTTP/1.1\r\n", kHost, "\r\n"));
  client.ShutdownSend();
  handler.Take(1)[0].respond(Text("still here"));
  EXPECT_EQ(client.ReadResponse().body, "still here");
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(HttpServer, SendsBodiesLargerThanSocketBuffers) {
  const std::string large(16 << 20, 'x');
  InstantHandler handler([&](const Request&) { return Text(large); });
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  client.Send(absl::StrCat("GET /a HTTP/1.1\r\n", kHost, "\r\nGET /b HTTP/1.1\r\n", kHost, "\r\n"));
  EXPECT_EQ(client.ReadResponse().body, large);
  EXPECT_EQ(client.ReadResponse().body, large);
}

TEST(HttpServer, RefusesAPortThatIsTaken) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler);
  HttpServer::Options options;
  options.port = server->port();
  const auto second = HttpServer::Start(options, &handler);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(RawHttpClient(server->port()).Get("/still").body, "/still");
}

TEST(HttpServer, TakesAPortAgainAfterItsServerHasGone) {
  InstantHandler handler(EchoTarget);
  auto first = StartServer(&handler);
  const std::uint16_t port = first->port();
  RawHttpClient client(port);
  EXPECT_EQ(client.Get("/a").body, "/a");
  first.reset();
  HttpServer::Options options;
  options.port = port;
  const auto second = HttpServer::Start(options, &handler);
  ASSERT_EQ(second.status(), absl::OkStatus());
  EXPECT_EQ(RawHttpClient(port).Get("/b").body, "/b");
}

TEST(HttpServer, RefusesOptionsThatMakeNoSense) {
  InstantHandler handler(EchoTarget);
  const auto start = [&](HttpServer::Options options) {
    return HttpServer::Start(options, &handler).status().code();
  };
  EXPECT_EQ(start({.address = "not an address"}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(start({.threads = 0}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(start({.address = "192.0.2.1"}), absl::StatusCode::kNotFound);
}

TEST(HttpServer, ListensOnANameAndOnIpv6) {
  InstantHandler handler(EchoTarget);
  EXPECT_EQ(HttpServer::Start({.address = "localhost"}, &handler).status(), absl::OkStatus());
  const absl::Status ipv6 = HttpServer::Start({.address = "::1"}, &handler).status();
  // A machine may have no IPv6; then it says so.
  EXPECT_TRUE(ipv6.ok() || absl::IsNotFound(ipv6)) << ipv6;
}

TEST(HttpServer, DrainClosesIdleConnectionsAndStopsAccepting) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler);
  RawHttpClient idle(server->port());
  EXPECT_EQ(idle.Get("/a").status, 200);
  server->Drain(absl::InfiniteDuration());
  EXPECT_TRUE(idle.IsClosedByServer());
  EXPECT_FALSE(RawHttpClient(server->port()).connected());
  server->Drain(absl::InfiniteDuration());
}

TEST(HttpServer, DrainLetsARequestInHandBeAnswered) {
  PatientHandler handler;
  const auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  client.Send(absl::StrCat("GET /a HTTP/1.1\r\n", kHost, "\r\n"));
  auto pending = handler.Take(1);
  std::jthread draining([&] { server->Drain(absl::InfiniteDuration()); });
  // The listening socket closes first; until then a connection can still be made.
  while (RawHttpClient(server->port()).connected()) {
  }
  pending[0].respond(Text("the last"));
  const RawResponse response = client.ReadResponse();
  EXPECT_EQ(response.body, "the last");
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(HttpServer, DrainClosesAtItsDeadlineWhatIsLeft) {
  PatientHandler handler;
  auto server = StartServer(&handler);
  RawHttpClient client(server->port());
  client.Send(absl::StrCat("GET /a HTTP/1.1\r\n", kHost, "\r\n"));
  auto pending = handler.Take(1);
  server->Drain(absl::Milliseconds(1));
  // The server lives, yet nobody is connected: its end has nothing to wait for.
  EXPECT_TRUE(client.IsClosedByServer());
  pending[0].respond(Text("too late"));
  server->Drain(absl::InfiniteDuration());
}

TEST(HttpServer, ServesManyClientsAtOnce) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler);
  std::vector<std::jthread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&, i] {
      for (int connection = 0; connection < 10; ++connection) {
        RawHttpClient client(server->port());
        for (int request = 0; request < 20; ++request) {
          const std::string target = absl::StrCat("/", i, "/", connection, "/", request);
          ASSERT_EQ(client.Get(target).body, target);
        }
      }
    });
  }
}

}  // namespace
}  // namespace sumlog::http
