// How many connections are open, counted by tickets that each connection holds.
//
// Safe from any thread.

#ifndef SUMLOG_HTTP_CONNECTION_GAUGE_H_
#define SUMLOG_HTTP_CONNECTION_GAUGE_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "base/mutex.h"

namespace sumlog::http {

class ConnectionGauge {
 public:
  std::size_t count() const {
    MutexLock lock(&mu_);
    return count_;
  }

  // Returns whether the count reached zero before `timeout`, whatever becomes of the wall clock.
  bool WaitUntilZero(absl::Duration timeout) {
    const auto begun = std::chrono::steady_clock::now();
    MutexLock lock(&mu_);
    while (count_ > 0) {
      const absl::Duration left =
          timeout - absl::FromChrono(std::chrono::steady_clock::now() - begun);
      if (left <= absl::ZeroDuration()) return false;
      reached_zero_.WaitFor(&mu_, left);
    }
    return true;
  }

 private:
  friend class ConnectionTicket;

  void Add() {
    MutexLock lock(&mu_);
    ++count_;
  }
  void Remove() {
    MutexLock lock(&mu_);
    if (--count_ == 0) reached_zero_.NotifyAll();
  }

  mutable Mutex mu_;
  CondVar reached_zero_;
  std::size_t count_ ABSL_GUARDED_BY(mu_) = 0;
};

// One open connection, counted by two gauges: its worker's and the server's.
class ConnectionTicket {
 public:
  // Shared: a ticket may outlive server and worker, in the queue of an io_context that has stopped.
  ConnectionTicket(std::shared_ptr<ConnectionGauge> of_worker,
                   std::shared_ptr<ConnectionGauge> of_server)
      : of_worker_(std::move(of_worker)), of_server_(std::move(of_server)) {
    of_worker_->Add();
    of_server_->Add();
  }
  ~ConnectionTicket() { Release(); }
  ConnectionTicket(ConnectionTicket&&) noexcept = default;
  ConnectionTicket& operator=(ConnectionTicket&&) = delete;

  // What the destructor does, now.
  void Release() {
    if (of_worker_) std::exchange(of_worker_, nullptr)->Remove();
    if (of_server_) std::exchange(of_server_, nullptr)->Remove();
  }

 private:
  std::shared_ptr<ConnectionGauge> of_worker_;
  std::shared_ptr<ConnectionGauge> of_server_;
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_CONNECTION_GAUGE_H_
