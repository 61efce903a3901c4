// Goal: clients that do not read their answers lock nobody out, and fill no memory.
// Method: answers larger than any socket buffer, so that a client which does not read keeps the
// server from ever finishing; deadlines of hours, so that only what is tested can end a connection.
// A client that sees the first byte of an answer knows that the server has taken what it will.

#include <sys/socket.h>

#include <atomic>
#include <deque>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "http/http_server.h"
#include "support/raw_http_client.h"
#include "support/scripted_handler.h"

namespace sumlog::http {
namespace {

constexpr std::size_t kLargeBytes = std::size_t{32} << 20;
constexpr char kGetLarge[] = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr char kGetLargeAndClose[] = "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

// Answers "/large" with a large body, anything else with its target, and counts.
class CountingHandler final : public Handler {
 public:
  void Handle(const Request& request, Respond respond) override {
    ++count_;
    respond(request.target == "/large"
                ? Response{.status = 200, .content_type = "text/plain", .body = large_}
                : EchoTarget(request));
  }
  int count() const { return count_; }

 private:
  const std::string large_ = std::string(kLargeBytes, 'x');
  std::atomic<int> count_ = 0;
};

// Limits that end no connection by themselves.
ServerLimits Patient() {
  ServerLimits limits;
  limits.header_timeout = limits.idle_timeout = limits.write_timeout = absl::Hours(1);
  limits.eviction_grace = absl::Hours(1);
  limits.max_unsent_bytes = 16 * kLargeBytes;
  return limits;
}

std::unique_ptr<HttpServer> StartServer(Handler* handler, const ServerLimits& limits,
                                        int threads = 1) {
  auto server = HttpServer::Start({.threads = threads, .limits = limits}, handler);
  EXPECT_EQ(server.status(), absl::OkStatus());
  return *std::move(server);
}

// Waits for the first byte of an answer, and leaves it there.
void AwaitFirstByte(const RawHttpClient& client) {
  char byte = 0;
  EXPECT_EQ(::recv(client.fd(), &byte, 1, MSG_PEEK), 1);
}

// Takes bytes of an answer, as many as no socket buffer holds.
void ReadHalf(const RawHttpClient& client) {
  std::string half(kLargeBytes / 2, '\0');
  EXPECT_EQ(::recv(client.fd(), half.data(), half.size(), MSG_WAITALL),
            static_cast<ssize_t>(half.size()));
}

class HttpSlowReaderTest : public ::testing::Test {
 protected:
  // A client that has asked and reads nothing.
  RawHttpClient Staller(const HttpServer& server, const char* request = kGetLarge) {
    RawHttpClient client(server.port());
    client.Send(request);
    AwaitFirstByte(client);
    return client;
  }

  // What the server still sends to a client that begins to read.
  std::size_t RestOf(RawHttpClient* client) {
    bool ended = false;
    const std::size_t size_bytes = client->ReadToEnd(&ended).size();
    EXPECT_TRUE(ended);
    return size_bytes;
  }

  CountingHandler handler_;
};

TEST_F(HttpSlowReaderTest, ServesAReaderWhenAllOthersReadNothing) {
  for (const int threads : {1, 3}) {
    ServerLimits limits = Patient();
    limits.max_connections = 4;
    limits.eviction_grace = absl::Milliseconds(1);
    const auto server = StartServer(&handler_, limits, threads);
    std::deque<RawHttpClient> stallers;
    for (int i = 0; i < 4; ++i) stallers.push_back(Staller(*server));
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(RawHttpClient(server->port()).Get("/served").body, "/served");
    }
  }
}

TEST_F(HttpSlowReaderTest, ClosesTheOneThatHasTakenNothingForLongest) {
  ServerLimits limits = Patient();
  limits.max_connections = 2;
  limits.eviction_grace = absl::Milliseconds(1);
  const auto server = StartServer(&handler_, limits);
  RawHttpClient reader = Staller(*server, kGetLargeAndClose);
  RawHttpClient staller = Staller(*server, kGetLargeAndClose);
  ReadHalf(reader);
  EXPECT_EQ(RawHttpClient(server->port()).Get("/served").body, "/served");
  EXPECT_GT(RestOf(&reader), kLargeBytes / 2);
  EXPECT_LT(RestOf(&staller), kLargeBytes);
}

TEST_F(HttpSlowReaderTest, DoesNotTakeRequestsForProgress) {
  ServerLimits limits = Patient();
  limits.max_connections = 2;
  limits.eviction_grace = absl::Milliseconds(1);
  limits.max_unsent_bytes_per_connection = 2 * kLargeBytes;  // so that it goes on reading
  const auto server = StartServer(&handler_, limits);
  RawHttpClient asker = Staller(*server);
  RawHttpClient staller = Staller(*server, kGetLargeAndClose);
  asker.Send("GET /more HTTP/1.1\r\nHost: a\r\n\r\nGET /half");
  EXPECT_EQ(RawHttpClient(server->port()).Get("/served").body, "/served");
  EXPECT_LT(RestOf(&asker), kLargeBytes);
  EXPECT_GT(RestOf(&staller), kLargeBytes);
}

TEST_F(HttpSlowReaderTest, LetsNewcomersWaitForASlowReaderWithinItsGrace) {
  ServerLimits limits = Patient();
  limits.max_connections = 1;
  const auto server = StartServer(&handler_, limits);
  RawHttpClient slow = Staller(*server, kGetLargeAndClose);
  RawHttpClient newcomer(server->port());
  newcomer.Send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_GT(RestOf(&slow), kLargeBytes);
  EXPECT_EQ(newcomer.ReadResponse().body, "/later");
}

TEST_F(HttpSlowReaderTest, TakesNoMoreRequestsOfAClientThatLeavesItsAnswers) {
  const auto server = StartServer(&handler_, Patient());
  RawHttpClient client(server->port());
  client.Send(absl::StrCat(kGetLarge, kGetLarge, "GET /last HTTP/1.1\r\nHost: a\r\n\r\n"));
  AwaitFirstByte(client);
  EXPECT_EQ(handler_.count(), 1);
  EXPECT_EQ(client.ReadResponse().body.size(), kLargeBytes);
  EXPECT_EQ(client.ReadResponse().body.size(), kLargeBytes);
  EXPECT_EQ(client.ReadResponse().body, "/last");
}

TEST_F(HttpSlowReaderTest, TakesNoRequestsWhileItsMemoryIsFull) {
  ServerLimits limits = Patient();
  limits.max_unsent_bytes = 1;
  const auto server = StartServer(&handler_, limits);
  RawHttpClient slow = Staller(*server, kGetLargeAndClose);
  std::deque<RawHttpClient> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.emplace_back(server->port());
    waiting.back().Send(absl::StrCat("GET /", i, " HTTP/1.1\r\nHost: a\r\n\r\n"));
    waiting.back().Send(absl::StrCat("GET /again HTTP/1.1\r\nHost: a\r\n\r\n"));
    if (i == 4) waiting.back().ShutdownSend();
  }
  // Whoever came earlier has been looked at when this one is refused.
  RawHttpClient malformed(server->port());
  malformed.Send("?\r\n\r\n");
  EXPECT_EQ(malformed.ReadResponse().status, 400);
  EXPECT_EQ(handler_.count(), 1);

  EXPECT_GT(RestOf(&slow), kLargeBytes);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(waiting[static_cast<std::size_t>(i)].ReadResponse().body, absl::StrCat("/", i));
    EXPECT_EQ(waiting[static_cast<std::size_t>(i)].ReadResponse().body, "/again");
  }
}

TEST_F(HttpSlowReaderTest, HasRoomAgainWhenASlowReaderGoes) {
  ServerLimits limits = Patient();
  limits.max_unsent_bytes = 1;
  const auto server = StartServer(&handler_, limits);
  RawHttpClient next(server->port());
  {
    const RawHttpClient slow = Staller(*server);
    next.Send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  EXPECT_EQ(next.ReadResponse().body, "/next");
}

TEST_F(HttpSlowReaderTest, ClosesClientsThatTakeNothingWhenItsMemoryIsFull) {
  ServerLimits limits = Patient();
  limits.max_unsent_bytes = kLargeBytes;
  limits.eviction_grace = absl::Milliseconds(1);
  const auto server = StartServer(&handler_, limits);
  RawHttpClient slow = Staller(*server, kGetLargeAndClose);
  EXPECT_EQ(RawHttpClient(server->port()).Get("/served").body, "/served");
  EXPECT_LT(RestOf(&slow), kLargeBytes);
}

TEST_F(HttpSlowReaderTest, DrainEndsWithClientsThatNeverRead) {
  auto server = StartServer(&handler_, Patient(), /*threads=*/2);
  std::deque<RawHttpClient> stallers;
  for (int i = 0; i < 4; ++i) stallers.push_back(Staller(*server, kGetLargeAndClose));
  server->Drain(absl::ZeroDuration());
  for (RawHttpClient& staller : stallers) EXPECT_LT(RestOf(&staller), kLargeBytes);
}

}  // namespace
}  // namespace sumlog::http
