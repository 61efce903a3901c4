#include "http/worker.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <iterator>
#include <utility>

#include "http/connection.h"

namespace sumlog::http {
namespace {

using boost::system::error_code;

// A quarter of the shortest timeout keeps deadlines honest; more often than every 10 ms would be
// work for nothing, and once a second is cheap.
std::chrono::milliseconds SweepInterval(const ServerLimits& limits) {
  const absl::Duration shortest =
      std::min({limits.header_timeout, limits.idle_timeout, limits.write_timeout});
  return absl::ToChronoMilliseconds(
      std::clamp(shortest / 4, absl::Milliseconds(10), absl::Seconds(1)));
}

}  // namespace

Worker::Worker(const ServerLimits& limits, Handler* handler, std::shared_ptr<FailureLog> failures)
    : limits_(limits),
      handler_(handler),
      failures_(std::move(failures)),
      sweep_interval_(SweepInterval(limits)),
      gauge_(std::make_shared<ConnectionGauge>()),
      io_context_(1),
      work_(io_context_.get_executor()),
      sweep_timer_(io_context_) {}

Worker::~Worker() = default;

void Worker::Run() {
  // Connections catch what their own steps throw; this is for what is nobody's.
  while (!io_context_.stopped()) {
    try {
      if (!sweep_is_due_) ScheduleSweep();
      io_context_.run();
    } catch (const std::exception& error) {
      failures_->Report("a thread of the HTTP front goes on after an error", error.what());
    }
  }
}

void Worker::Adopt(boost::asio::ip::tcp::socket socket, ConnectionTicket ticket,
                   std::shared_ptr<boost::asio::ssl::context> tls, bool evict) {
  boost::asio::post(io_context_, [this, socket = std::move(socket), ticket = std::move(ticket),
                                  tls = std::move(tls), evict]() mutable {
    if (evict && !CloseLongestWaiting()) return;  // all are busy: the new one goes
    try {
      const auto connection =
          std::make_shared<Connection>(this, std::move(socket), std::move(ticket), tls.get());
      waiting_.push_back({.connection = connection});
      connection->Guarded([&] { connection->Start(std::prev(waiting_.end())); });
    } catch (const std::exception& error) {
      failures_->Report("a connection was not taken", error.what());
    }
  });
}

void Worker::BeginDrain() {
  boost::asio::post(io_context_, [this] {
    draining_ = true;
    for (const auto& connection : AllConnections()) {
      connection->Guarded([&] { connection->BeginDrain(); });
    }
  });
}

void Worker::EvictOne() {
  boost::asio::post(io_context_, [this] { CloseLongestWaiting(); });
}

void Worker::Stop() {
  boost::asio::post(io_context_, [this] {
    for (const auto& connection : AllConnections()) connection->Close();
    io_context_.stop();
  });
}

void Worker::Mark(Entries::iterator entry, bool is_busy) {
  Entries& from = ListOf(*entry);
  entry->is_busy = is_busy;
  Entries& to = ListOf(*entry);
  to.splice(to.end(), from, entry);
}

bool Worker::CloseLongestWaiting() {
  if (waiting_.empty()) return false;
  const std::shared_ptr<Connection> longest = waiting_.front().connection;
  longest->Close();
  return true;
}

void Worker::ScheduleSweep() {
  sweep_timer_.expires_after(sweep_interval_);
  sweep_timer_.async_wait([this](const error_code& error) {
    sweep_is_due_ = false;
    if (error) return;
    Sweep();
    ScheduleSweep();
  });
  sweep_is_due_ = true;
}

void Worker::Sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<Connection>> expired;
  for (const Entries* entries : {&waiting_, &busy_}) {
    for (const Entry& entry : *entries) {
      if (entry.connection->deadline() <= now) expired.push_back(entry.connection);
    }
  }
  for (const auto& connection : expired) {
    connection->Guarded([&] { connection->Expire(); });
  }
}

std::vector<std::shared_ptr<Connection>> Worker::AllConnections() const {
  std::vector<std::shared_ptr<Connection>> all;
  for (const Entries* entries : {&waiting_, &busy_}) {
    for (const Entry& entry : *entries) all.push_back(entry.connection);
  }
  return all;
}

}  // namespace sumlog::http
