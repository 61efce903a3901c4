// Goal: clients that are slow, silent or many cost the server little and others nothing.
// Method: small limits, and clients that stop half-way; whatever is waited for is an event (an
// answer, the end of a connection), never a span of time.

#include <sys/resource.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "http/http_server.h"
#include "support/raw_http_client.h"
#include "support/scripted_handler.h"

namespace sumlog::http {
namespace {

constexpr absl::Duration kShort = absl::Milliseconds(40);
constexpr char kHalfRequest[] = "GET /half HTTP/1.1\r\nHost: log";

std::unique_ptr<HttpServer> StartServer(Handler* handler, const ServerLimits& limits,
                                        int threads = 2) {
  auto server = HttpServer::Start({.threads = threads, .limits = limits}, handler);
  EXPECT_EQ(server.status(), absl::OkStatus());
  return *std::move(server);
}

TEST(HttpLimits, ClosesAConnectionThatNeverSendsAnything) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler, {.header_timeout = kShort});
  EXPECT_TRUE(RawHttpClient(server->port()).IsClosedByServer());
}

TEST(HttpLimits, Answers408ToAHeadThatStopsHalfWay) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler, {.header_timeout = kShort});
  RawHttpClient client(server->port());
  client.Send(kHalfRequest);
  EXPECT_EQ(client.ReadResponse().status, 408);
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(HttpLimits, DoesNotLetADripOfBytesExtendTheTime) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler, {.header_timeout = kShort});
  RawHttpClient client(server->port());
  client.Send("GET /drip HTTP/1.1\r\nHost: log\r\n");
  std::jthread dripping([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) client.Send("X: y\r\n");
  });
  const RawResponse response = client.ReadResponse();
  dripping.request_stop();
  // Whichever limit is met first, size or time.
  EXPECT_TRUE(response.status == 408 || response.status == 431) << response.status;
}

TEST(HttpLimits, ClosesIdleConnections) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler, {.idle_timeout = kShort});
  RawHttpClient client(server->port());
  EXPECT_EQ(client.Get("/a").status, 200);
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(HttpLimits, TimesTheSecondHeadLikeTheFirst) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler, {.header_timeout = kShort});
  RawHttpClient client(server->port());
  EXPECT_EQ(client.Get("/a").status, 200);
  client.Send(kHalfRequest);
  EXPECT_EQ(client.ReadResponse().status, 408);
}

TEST(HttpLimits, WaitsForTheHandlerLongerThanForAnyClient) {
  PatientHandler handler;
  const auto server = StartServer(
      &handler, {.header_timeout = kShort, .idle_timeout = kShort, .write_timeout = kShort});
  RawHttpClient patient(server->port());
  patient.Send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  auto pending = handler.Take(1);
  // Ten others come and are timed out meanwhile, one after the other.
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(RawHttpClient(server->port()).IsClosedByServer());
  }
  pending[0].respond(EchoTarget(pending[0].request));
  EXPECT_EQ(patient.ReadResponse().body, "/long");
}

TEST(HttpLimits, ClosesAClientThatDoesNotTakeItsAnswer) {
  const std::string large(64 << 20, 'x');
  InstantHandler handler([&](const Request&) {
    return Response{.status = 200, .content_type = "text/plain", .body = large};
  });
  const auto server = StartServer(&handler, {.write_timeout = kShort});
  RawHttpClient client(server->port());
  client.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  // Drain returns when the server has given the client up, who has not read a byte by then.
  server->Drain(absl::InfiniteDuration());
  bool ended = false;
  EXPECT_LT(client.ReadToEnd(&ended).size(), large.size());
  EXPECT_TRUE(ended);
}

TEST(HttpLimits, ServesOthersBesideHundredsOfHalfOpenConnections) {
  InstantHandler handler(EchoTarget);
  const auto server =
      StartServer(&handler, {.max_connections = 64, .eviction_grace = absl::Milliseconds(1)});
  std::deque<RawHttpClient> half_open;
  for (int i = 0; i < 400; ++i) {
    half_open.emplace_back(server->port());
    half_open.back().Send(kHalfRequest);
    if (i % 40 == 0) {
      EXPECT_EQ(RawHttpClient(server->port()).Get("/served").body, "/served");
    }
  }
  RawHttpClient client(server->port());
  EXPECT_EQ(client.Get("/served").body, "/served");
  // The oldest of them had to go.
  EXPECT_TRUE(half_open.front().IsClosedByServer());
}

TEST(HttpLimits, KeepsConnectionsWithARequestInHandWhenFull) {
  PatientHandler handler;
  const auto server = StartServer(&handler, {.max_connections = 2}, /*threads=*/1);
  RawHttpClient first(server->port());
  RawHttpClient second(server->port());
  first.Send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
  second.Send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  auto pending = handler.Take(1);
  while (pending.size() < 2) {
    for (auto& each : handler.Take(1)) pending.push_back(std::move(each));
  }
  // All are busy: the one more waits.
  RawHttpClient third(server->port());
  third.Send("GET /third HTTP/1.1\r\nHost: a\r\n\r\n");
  for (auto& each : pending) each.respond(EchoTarget(each.request));
  EXPECT_EQ(first.ReadResponse().body, "/first");
  EXPECT_EQ(second.ReadResponse().body, "/second");
  // Now they are idle, and the one that has waited longest makes room.
  for (auto& each : handler.Take(1)) each.respond(EchoTarget(each.request));
  EXPECT_EQ(third.ReadResponse().body, "/third");
}

TEST(HttpLimits, GoesOnWhenTheSystemHasNoMoreDescriptors) {
  InstantHandler handler(EchoTarget);
  const auto server = StartServer(&handler, {.header_timeout = absl::Seconds(5)}, /*threads=*/1);
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  // Client sockets come first, so that the limit hits the server's accept.
  std::deque<RawHttpClient> clients;
  for (int i = 0; i < 30; ++i) clients.emplace_back(server->port());
  EXPECT_EQ(clients.back().Get("/all-accepted").status, 200);
  const int next_fd = ::dup(clients.back().fd());
  ::close(next_fd);
  // The client's own descriptor still fits under the limit, the server's does not.
  const rlimit tight = {.rlim_cur = static_cast<rlim_t>(next_fd + 1), .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  // The server closes an idle connection and then has a descriptor for this one.
  RawHttpClient client(server->port());
  EXPECT_TRUE(client.connected());
  EXPECT_EQ(client.Get("/served").body, "/served");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(RawHttpClient(server->port()).Get("/again").body, "/again");
}

}  // namespace
}  // namespace sumlog::http
