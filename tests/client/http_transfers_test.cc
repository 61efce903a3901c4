// Goal: many callers share few connections, none is opened twice, and whoever must wait gets its
// turn. (HTTP/2 is asked of a real server in tests/interop.)
// Method: a server that keeps its connections and answers none before as many as may be open are.

#include "client/http_transfers.h"

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "client/http_fetcher.h"
#include "gtest/gtest.h"
#include "support/loopback_listener.h"

namespace sumlog::client {
namespace {

// Answers "here" to every request, once `gate` of them are waiting at a time; but never to
// "/never".
class PatientServer {
 public:
  explicit PatientServer(std::size_t gate)
      : gate_(gate), thread_(StartThread("patient", [this] { Serve(); })) {}
  ~PatientServer() {
    listener_.Shutdown();
    thread_.join();
  }

  std::string url() const { return absl::StrCat("http://127.0.0.1:", listener_.port()); }

  std::size_t connections() const {
    MutexLock lock(&mu_);
    return connections_;
  }
  std::size_t most_open() const {
    MutexLock lock(&mu_);
    return most_open_;
  }
  std::size_t most_waiting() const {
    MutexLock lock(&mu_);
    return most_waiting_;
  }

 private:
  void Serve() {
    std::vector<std::jthread> threads;
    while (true) {
      auto connection = std::make_shared<FileDescriptor>(listener_.Accept());
      if (!connection->valid()) return;
      {
        MutexLock lock(&mu_);
        ++connections_;
        most_open_ = std::max(most_open_, ++open_);
      }
      threads.push_back(StartThread("answers", [this, connection] {
        Answer(*connection);
        MutexLock lock(&mu_);
        --open_;
      }));
    }
  }

  // Ends when the client closes.
  void Answer(const FileDescriptor& connection) {
    static constexpr absl::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere";
    std::string request;
    char buffer[4096];
    while (true) {
      const ssize_t count = ::recv(connection.get(), buffer, sizeof(buffer), 0);
      if (count <= 0) return;
      request.append(buffer, static_cast<std::size_t>(count));
      if (!absl::EndsWith(request, "\r\n\r\n")) continue;
      const bool is_never = absl::StartsWith(request, "GET /never");
      request.clear();
      if (is_never) continue;
      AwaitOthers();
      if (::send(connection.get(), kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  void AwaitOthers() {
    MutexLock lock(&mu_);
    most_waiting_ = std::max(most_waiting_, ++waiting_);
    if (waiting_ >= gate_) is_open_ = true;
    changed_.NotifyAll();
    while (!is_open_) changed_.Wait(&mu_);
    --waiting_;
  }

  const std::size_t gate_;
  const testing::LoopbackListener listener_;

  mutable Mutex mu_;
  CondVar changed_;
  std::size_t connections_ ABSL_GUARDED_BY(mu_) = 0;
  std::size_t open_ ABSL_GUARDED_BY(mu_) = 0;
  std::size_t most_open_ ABSL_GUARDED_BY(mu_) = 0;
  std::size_t waiting_ ABSL_GUARDED_BY(mu_) = 0;
  std::size_t most_waiting_ ABSL_GUARDED_BY(mu_) = 0;
  bool is_open_ ABSL_GUARDED_BY(mu_) = false;

  std::jthread thread_;  // last: it uses the rest
};

std::unique_ptr<Fetcher> NewFetcher(const PatientServer& server,
                                    absl::Duration timeout = absl::Seconds(30)) {
  HttpFetcherOptions options;
  options.timeout = timeout;
  options.base_url = server.url();
  options.use_proxy = false;
  return NewHttpFetcher(options).value();
}

TEST(HttpTransfers, ShareAsManyConnectionsAsMayBeOpen) {
  constexpr std::size_t kCallers = 4 * HttpTransfers::kMaxConnections;
  const PatientServer server(HttpTransfers::kMaxConnections);
  const auto fetcher = NewFetcher(server);
  {
    std::vector<std::jthread> callers;
    for (std::size_t i = 0; i < kCallers; ++i) {
      callers.emplace_back([&fetcher] { EXPECT_EQ(*fetcher->Fetch("/latest", 100), "here"); });
    }
  }
  EXPECT_EQ(server.connections(), HttpTransfers::kMaxConnections);
  EXPECT_EQ(server.most_waiting(), HttpTransfers::kMaxConnections);
}

TEST(HttpTransfers, UseAConnectionAgainWhoeverComes) {
  const PatientServer server(1);
  const auto fetcher = NewFetcher(server);
  for (int i = 0; i < 20; ++i) {
    std::jthread([&fetcher] { EXPECT_EQ(*fetcher->Fetch("/latest", 100), "here"); });
  }
  EXPECT_EQ(server.connections(), 1u);
}

TEST(HttpTransfers, AreFewerAtATimeAfterTimeOuts) {
  const PatientServer server(1);
  const auto fetcher = NewFetcher(server, absl::Milliseconds(200));
  const auto never = [&fetcher] {
    EXPECT_TRUE(absl::IsUnavailable(fetcher->Fetch("/never", 100).status()));
  };
  for (int i = 0; i < 3; ++i) never();  // 8, 4, 2, 1
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) callers.emplace_back(never);
  }
  EXPECT_LE(server.most_open(), 2u);  // it may see the end of one after the beginning of the next
  for (int i = 0; i < 8; ++i) EXPECT_EQ(*fetcher->Fetch("/latest", 100), "here");
}

TEST(HttpTransfers, EndWhileNothingIsUnderWay) {
  const PatientServer server(1);
  for (int i = 0; i < 20; ++i) {
    const auto fetcher = NewFetcher(server);
    if (i % 2 == 0) {
      EXPECT_TRUE(fetcher->Fetch("/latest", 100).ok());
    }
  }
}

}  // namespace
}  // namespace sumlog::client
