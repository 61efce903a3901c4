#include "cli/signal_waiter.h"

#include <pthread.h>

#include <cerrno>
#include <ctime>
#include <initializer_list>

#include "base/check.h"

namespace sumlog::cli {

SignalWaiter::SignalWaiter() {
  sigemptyset(&held_);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&held_, number);
  CHECK(pthread_sigmask(SIG_BLOCK, &held_, &before_) == 0);
}

SignalWaiter::~SignalWaiter() {
  const timespec no_time = {};
  while (sigtimedwait(&held_, nullptr, &no_time) > 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int SignalWaiter::Wait() {
  while (true) {
    const int number = sigwaitinfo(&held_, nullptr);
    if (number > 0) return number;
    CHECK(errno == EINTR);
  }
}

}  // namespace sumlog::cli
