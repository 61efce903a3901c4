// One thread of the server with the connections that live on it.
//
// A connection is dealt to one worker and never leaves it, so connections need no locks. Deadlines
// are swept several times a second instead of a timer for each request.
//
// Thread rule: Adopt, BeginDrain, EvictOne and Stop are safe from any thread (they post); what is
// under "worker thread" belongs to the thread that is in Run.

#ifndef SUMLOG_HTTP_WORKER_H_
#define SUMLOG_HTTP_WORKER_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <memory>
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
  struct Entry {
    // Shared: between this list and the operations that are under way on the connection.
    std::shared_ptr<Connection> connection;
    bool is_busy = false;
  };
  using Entries = std::list<Entry>;
  using SteadyTime = std::chrono::steady_clock::time_point;

  // `handler` must outlive the run. `failures` is shared by all workers, who may outlive the
  // server.
  Worker(const ServerLimits& limits, Handler* handler, std::shared_ptr<FailureLog> failures);
  ~Worker();

  // Serves until Stop, whatever a handler of an event throws. Called once, by the thread that the
  // worker is made for.
  void Run();

  // Serves `socket`, whose executor is this worker's; over TLS when `tls` is given. With `evict`,
  // only when another connection can be closed for it (see EvictOne).
  void Adopt(boost::asio::ip::tcp::socket socket, ConnectionTicket ticket,
             std::shared_ptr<boost::asio::ssl::context> tls, bool evict);

  // Closes idle connections now, and each other one after the answers it waits for.
  void BeginDrain();

  // Closes the connection that has been without a request for the longest time, if there is one.
  void EvictOne();

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

  // A connection is waiting (for bytes of a request) or busy (with requests). It moves to the end
  // of the one list or the other, so that it is the last to be evicted.
  void Mark(Entries::iterator entry, bool is_busy);
  void Remove(Entries::iterator entry) { ListOf(*entry).erase(entry); }

 private:
  bool CloseLongestWaiting();
  void ScheduleSweep();
  void Sweep();
  std::vector<std::shared_ptr<Connection>> AllConnections() const;
  Entries& ListOf(const Entry& entry) { return entry.is_busy ? busy_ : waiting_; }

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
  Entries waiting_;  // the one that has waited longest first
  Entries busy_;
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_WORKER_H_
