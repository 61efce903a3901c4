#include "http/listener.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace sumlog::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

// How long to wait when the system has no descriptor or memory left for a connection.
constexpr std::chrono::milliseconds kRetryInterval(50);

absl::Status BindError(const error_code& error, const tcp::endpoint& endpoint) {
  const std::string where =
      endpoint.address().is_v6()
          ? absl::StrCat("[", endpoint.address().to_string(), "]:", endpoint.port())
          : absl::StrCat(endpoint.address().to_string(), ":", endpoint.port());
  const std::string message = absl::StrCat("cannot listen on ", where, ": ", error.message());
  if (error == asio::error::address_in_use) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on ", where, ": another program listens there"));
  }
  if (error == asio::error::access_denied) return absl::PermissionDeniedError(message);
  if (error.value() == EADDRNOTAVAIL) return absl::NotFoundError(message);
  if (error == asio::error::address_family_not_supported) return absl::NotFoundError(message);
  return absl::UnavailableError(message);
}

}  // namespace

Listener::Listener(const std::vector<std::shared_ptr<Worker>>* workers, const TlsContext* tls,
                   std::size_t max_connections)
    : workers_(workers),
      tls_(tls),
      max_connections_(max_connections),
      gauge_(std::make_shared<ConnectionGauge>()),
      acceptor_(workers->front()->io_context()),
      retry_timer_(workers->front()->io_context()) {}

absl::Status Listener::Bind(const std::string& address, std::uint16_t port) {
  error_code error;
  const asio::ip::address literal = asio::ip::make_address(address, error);
  if (!error) return BindTo(tcp::endpoint(literal, port));

  tcp::resolver resolver(workers_->front()->io_context());
  const auto results =
      resolver.resolve(address, std::to_string(port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error || results.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot listen on \"", address, "\": not an address, and no name of a host"));
  }
  // A name with several addresses (localhost): the first that this machine has.
  absl::Status status;
  for (const auto& result : results) {
    status = BindTo(result.endpoint());
    if (!absl::IsNotFound(status)) return status;
  }
  return status;
}

absl::Status Listener::BindTo(const tcp::endpoint& endpoint) {
  // SO_REUSEADDR lets a restarted server bind while old connections are in TIME_WAIT. On Linux it
  // does not let two programs listen on one port; that takes SO_REUSEPORT, which is never set.
  error_code error;
  error_code ignored;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (!error) return absl::OkStatus();
  acceptor_.close(ignored);
  return BindError(error, endpoint);
}

template <typename Step>
void Listener::Guarded(Step step) {
  if (!acceptor_.is_open()) return;
  try {
    step();
  } catch (const std::exception& failure) {  // of memory; later there may be some again
    workers_->front()->failures().Report("a connection was not taken", failure.what());
    RetryLater();
  }
}

Worker* Listener::Emptiest() const {
  const auto has_fewer = [](const std::shared_ptr<Worker>& a, const std::shared_ptr<Worker>& b) {
    return a->gauge()->count() < b->gauge()->count();
  };
  return std::min_element(workers_->begin(), workers_->end(), has_fewer)->get();
}

// All workers, in turns another one first: each has its share of the connections.
std::vector<Worker*> Listener::NextToEvict() {
  std::vector<Worker*> candidates;
  for (std::size_t i = 0; i < workers_->size(); ++i) {
    candidates.push_back((*workers_)[(evicting_worker_ + i) % workers_->size()].get());
  }
  evicting_worker_ = (evicting_worker_ + 1) % workers_->size();
  return candidates;
}

void Listener::AcceptNext() {
  if (gauge_->count() >= max_connections_) return AwaitNewcomer();
  Worker* const worker = Emptiest();
  acceptor_.async_accept(worker->io_context(),
                         [this, worker](const error_code& error, tcp::socket socket) {
                           Guarded([&] { OnAccept(error, std::move(socket), worker); });
                         });
}

void Listener::OnAccept(const error_code& error, tcp::socket socket, Worker* worker) {
  if (error == asio::error::no_descriptors || error.value() == ENFILE ||
      error == asio::error::no_buffer_space || error == asio::error::no_memory) {
    // Trying again at once would spin: the connection is still in the queue.
    NextToEvict().front()->EvictOne([](bool) {});
    return RetryLater();
  }
  if (!error) {
    worker->Adopt(std::move(socket), ConnectionTicket(worker->gauge(), gauge_),
                  tls_ != nullptr ? tls_->Current() : nullptr);
  }
  AcceptNext();
}

// All connections are in use: nothing is done before somebody wants one.
void Listener::AwaitNewcomer() {
  acceptor_.async_wait(asio::socket_base::wait_read, [this](const error_code& error) {
    Guarded([&] {
      if (error) return RetryLater();
      if (gauge_->count() < max_connections_) return AcceptNext();
      Evict(NextToEvict());
    });
  });
}

// Asks the workers, one after the other until one does, to close a connection for a newcomer.
void Listener::Evict(std::vector<Worker*> candidates) {
  if (candidates.empty()) return RetryLater();
  Worker* const worker = candidates.front();
  candidates.erase(candidates.begin());
  worker->EvictOne([this, candidates = std::move(candidates)](bool evicted) {
    asio::post(workers_->front()->io_context(), [this, candidates, evicted] {
      Guarded([&] {
        if (evicted) return AcceptNext();
        Evict(candidates);
      });
    });
  });
}

void Listener::RetryLater() {
  retry_timer_.expires_after(kRetryInterval);
  retry_timer_.async_wait([this](const error_code& error) {
    if (!error) Guarded([this] { AcceptNext(); });
  });
}

void Listener::StopAccepting(std::function<void()> then) {
  asio::post(workers_->front()->io_context(), [this, then = std::move(then)] {
    error_code ignored;
    acceptor_.close(ignored);
    retry_timer_.cancel();
    then();
  });
}

}  // namespace sumlog::http
