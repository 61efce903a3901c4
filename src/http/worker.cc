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
  const absl::Duration shortest = std::min(
      {limits.header_timeout, limits.idle_timeout, limits.write_timeout, limits.eviction_grace});
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
                   std::shared_ptr<boost::asio::ssl::context> tls) {
  boost::asio::post(io_context_, [this, socket = std::move(socket), ticket = std::move(ticket),
                                  tls = std::move(tls)]() mutable {
    try {
      const auto connection =
          std::make_shared<Connection>(this, std::move(socket), std::move(ticket), tls.get());
      Entries& entries = ListOf(Turn::kClient);
      entries.push_back({.connection = connection,
                         .turn = Turn::kClient,
                         .since = std::chrono::steady_clock::now()});
      connection->Guarded([&] { connection->Start(std::prev(entries.end())); });
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

void Worker::EvictOne(std::function<void(bool)> then) {
  boost::asio::post(io_context_, [this, then = std::move(then)] { then(CloseOne()); });
}

void Worker::CloseAll() {
  boost::asio::post(io_context_, [this] {
    for (const auto& connection : AllConnections()) connection->Close();
  });
}

void Worker::Stop() {
  CloseAll();
  boost::asio::post(io_context_, [this] { io_context_.stop(); });
}

void Worker::Mark(Entries::iterator entry, Turn turn) {
  Entries& from = ListOf(entry->turn);
  Entries& to = ListOf(turn);
  entry->turn = turn;
  entry->since = std::chrono::steady_clock::now();
  to.splice(to.end(), from, entry);
}

bool Worker::IsStalled(const Entry& entry, SteadyTime now) const {
  return absl::FromChrono(now - entry.since) >= limits_.eviction_grace;
}

bool Worker::CloseOne() {
  const Entries& idle = ListOf(Turn::kNobody);
  const Entries& clients = ListOf(Turn::kClient);
  std::shared_ptr<Connection> longest;
  if (!idle.empty()) {
    longest = idle.front().connection;
  } else if (!clients.empty() && IsStalled(clients.front(), std::chrono::steady_clock::now())) {
    longest = clients.front().connection;
  }
  if (longest == nullptr) return false;
  longest->Close();
  return true;
}

void Worker::Release(std::size_t size_bytes) noexcept {
  unsent_bytes_ -= size_bytes;
  if (starved_.empty() || unsent_bytes_ >= limits_.max_unsent_bytes) return;
  try {
    // Posted: the caller is in the middle of another connection's step.
    boost::asio::post(io_context_, [this] { ResumeStarved(); });
  } catch (const std::exception&) {
    // Without memory the next sweep does it.
  }
}

void Worker::ResumeStarved() {
  resuming_ = true;
  // Each once: who finds no room again queues up behind.
  for (std::size_t left = starved_.size(); left > 0 && HasRoom(); --left) {
    const std::shared_ptr<Connection> connection = starved_.front().lock();
    starved_.pop_front();
    if (connection != nullptr) connection->Guarded([&] { connection->Resume(); });
  }
  resuming_ = false;
}

// Makes room for the starved at the cost of clients that take nothing of their answers.
void Worker::CloseStalledHolders() {
  const SteadyTime now = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<Connection>> stalled;
  for (const Entry& entry : ListOf(Turn::kClient)) {
    if (!IsStalled(entry, now)) break;
    if (entry.connection->unsent_bytes() > 0) stalled.push_back(entry.connection);
  }
  for (const auto& connection : stalled) {
    if (unsent_bytes_ < limits_.max_unsent_bytes) return;
    connection->Close();
  }
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
  for (const Entries& entries : entries_) {
    for (const Entry& entry : entries) {
      if (entry.connection->deadline() <= now) expired.push_back(entry.connection);
    }
  }
  for (const auto& connection : expired) {
    connection->Guarded([&] { connection->Expire(); });
  }
  if (starved_.empty()) return;
  CloseStalledHolders();
  ResumeStarved();
}

std::vector<std::shared_ptr<Connection>> Worker::AllConnections() const {
  std::vector<std::shared_ptr<Connection>> all;
  for (const Entries& entries : entries_) {
    for (const Entry& entry : entries) all.push_back(entry.connection);
  }
  return all;
}

}  // namespace sumlog::http
