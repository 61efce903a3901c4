// The listening socket: takes connections and deals them to the workers.
//
// One socket, bound exclusively: a port that somebody else listens on is refused, and nobody can
// listen beside us. Each connection goes to the worker with the fewest. At the limit newcomers stay
// in the system's queue until a worker has closed a connection for the first of them, or one has
// gone by itself. So a flood of half-open connections, or of clients that do not read, pushes out
// its own first members, and whoever connects has its turn.
//
// Owned by the first worker's thread once Start has been called; StopAccepting is safe from any.

#ifndef SUMLOG_HTTP_LISTENER_H_
#define SUMLOG_HTTP_LISTENER_H_

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "http/connection_gauge.h"
#include "http/tls_context.h"
#include "http/worker.h"

namespace sumlog::http {

class Listener {
 public:
  // `tls` may be null. `workers` (at least one) and `tls` must outlive the first worker's run.
  Listener(const std::vector<std::shared_ptr<Worker>>* workers, const TlsContext* tls,
           std::size_t max_connections);

  // Status codes as HttpServer::Start.
  absl::Status Bind(const std::string& address, std::uint16_t port);
  std::uint16_t port() const { return port_; }

  // Begins to accept. Called once, before the workers run.
  void Start() { AcceptNext(); }

  // Closes the socket, then calls `then`; both on the first worker's thread. Every connection
  // accepted before has been handed to its worker by then.
  void StopAccepting(std::function<void()> then);

  const std::shared_ptr<ConnectionGauge>& gauge() const { return gauge_; }

 private:
  absl::Status BindTo(const boost::asio::ip::tcp::endpoint& endpoint);
  void AcceptNext();
  void OnAccept(const boost::system::error_code& error, boost::asio::ip::tcp::socket socket,
                Worker* worker);
  void AwaitNewcomer();
  void Evict(std::vector<Worker*> candidates);
  void RetryLater();
  Worker* Emptiest() const;
  std::vector<Worker*> NextToEvict();

  // Runs a step of the listener's life; after one that throws, accepts again in a while.
  template <typename Step>
  void Guarded(Step step);

  // Constant after Bind.
  const std::vector<std::shared_ptr<Worker>>* const workers_;
  const TlsContext* const tls_;
  const std::size_t max_connections_;
  const std::shared_ptr<ConnectionGauge> gauge_;  // shared with tickets
  std::uint16_t port_ = 0;

  // Owned by the first worker's thread.
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_timer_;
  std::size_t evicting_worker_ = 0;  // whose turn it is to close a connection
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_LISTENER_H_
