// One thread of the server with the connections that live on it.
//
// A connection is dealt to one worker and never leaves it, so connections need no locks. Deadlines
// are swept several times a second instead of a timer for each request.
//
// Thread rule: Adopt, BeginDrain, EvictOne, CloseAll and Stop are safe from any thread (they post);
// what is under "worker thread" belongs to the thread that is in Run.

#ifndef SUMLOG_HTTP_WORKER_H_
#define SUMLOG_HTTP_WORKER_H_

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "http/connection_gauge.h"
#include "http/failure_log.h"
#include "http/http_server.h"
#include "http/message.h"
#include "http/response_head.h"

namespace sumlog::http {

class Connection;

// Shared (enable_shared_from_this): an answer that comes late finds its worker alive, whatever
// became of the server.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // Whom a connection waits for.
  enum class Turn {
    kNobody,  // idle between requests, or finished
    kClient,  // who has to send a request's head, or to take an answer
    kServer,  // which has a request in hand
  };
  struct Entry {
    // Shared: between this list and the operations that are under way on the connection.
    std::shared_ptr<Connection> connection;
    Turn turn = Turn::kClient;
    SteadyTime since = {};  // of the turn, or of the last progress that the client made in it
  };
  using Entries = std::list<Entry>;

  // `handler` must outlive the run. `failures` is shared by all workers, who may outlive the
  // server.
  Worker(const ServerLimits& limits, Handler* handler, std::shared_ptr<FailureLog> failures);
  ~Worker();

  // Serves until Stop, whatever a handler of an event throws. Called once, by the thread that the
  // worker is made for.
  void Run();

  // Serves `socket`, whose executor is this worker's; over TLS when `tls` is given.
  void Adopt(boost::asio::ip::tcp::socket socket, ConnectionTicket ticket,
             std::shared_ptr<boost::asio::ssl::context> tls);

  // Closes idle connections now, and each other one after the answers it waits for.
  void BeginDrain();

  // Closes the connection that has been idle for the longest time; if none is, the one whose client
  // has kept it waiting for longest, if that is at least limits.eviction_grace. Then calls `then`
  // with whether one was closed, on the worker's thread.
  void EvictOne(std::function<void(bool)> then);

  // Closes every connection.
  void CloseAll();

  // Closes every connection and ends Run.
  void Stop();

  boost::asio::io_context& io_context() { return io_context_; }
  const std::shared_ptr<ConnectionGauge>& gauge() const { return gauge_; }

  // Worker thread.
  bool RunsInThisThread() { return io_context_.get_executor().running_in_this_thread(); }
  const ServerLimits& limits() const { return limits_; }
  Handler* handler() const { return handler_; }
  FailureLog& failures() const { return *failures_; }
  bool draining() const { return draining_; }
  absl::string_view DateLine() { return date_.Line(); }

  // A turn begins, or its client has made progress: the entry moves to the end of the turn's list,
  // so that it is the last of it to be evicted.
  void Mark(Entries::iterator entry, Turn turn);
  void Remove(Entries::iterator entry) { ListOf(entry->turn).erase(entry); }

  // The bytes of answers that wait on this worker's connections: Hold adds, Release takes off.
  // Without room no request is taken; AwaitRoom has the connection resumed when there is some, in
  // the order of the calls. At most one call of a connection is open at a time.
  bool HasRoom() const {
    return unsent_bytes_ < limits_.max_unsent_bytes && (resuming_ || starved_.empty());
  }
  void Hold(std::size_t size_bytes) { unsent_bytes_ += size_bytes; }
  void Release(std::size_t size_bytes) noexcept;
  void AwaitRoom(std::weak_ptr<Connection> connection) {
    starved_.push_back(std::move(connection));
  }

 private:
  bool IsStalled(const Entry& entry, SteadyTime now) const;
  bool CloseOne();
  void CloseStalledHolders();
  void ResumeStarved();
  void ScheduleSweep();
  void Sweep();
  std::vector<std::shared_ptr<Connection>> AllConnections() const;
  Entries& ListOf(Turn turn) { return entries_[static_cast<std::size_t>(turn)]; }

  // Constant after construction.
  const ServerLimits limits_;
  Handler* const handler_;
  const std::shared_ptr<FailureLog> failures_;
  const std::chrono::milliseconds sweep_interval_;
  const std::shared_ptr<ConnectionGauge> gauge_;  // shared with tickets

  boost::asio::io_context io_context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;

  // Owned by the worker thread.
  boost::asio::steady_timer sweep_timer_;
  bool sweep_is_due_ = false;  // the timer runs
  DateHeader date_;
  bool draining_ = false;
  std::array<Entries, 3> entries_;  // by turn; the one that has waited longest first
  std::size_t unsent_bytes_ = 0;
  std::deque<std::weak_ptr<Connection>>
      starved_;            // who wait for room; a closed one counts for none
  bool resuming_ = false;  // ResumeStarved runs
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_WORKER_H_
