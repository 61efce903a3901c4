// Signals as a queue that one thread reads, instead of handlers that interrupt any thread.

#ifndef SUMLOG_CLI_SIGNAL_WAITER_H_
#define SUMLOG_CLI_SIGNAL_WAITER_H_

#include <csignal>

namespace sumlog::cli {

// Holds SIGTERM, SIGINT and SIGHUP back from the thread that makes it and from every thread that
// is started after: make it before any other. Restores what was when it goes; what arrived
// meanwhile and was not waited for is dropped. Owned by one thread.
class SignalWaiter {
 public:
  SignalWaiter();
  ~SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  // Waits for the next one and returns it: SIGTERM, SIGINT or SIGHUP.
  int Wait();

 private:
  sigset_t held_;
  sigset_t before_;
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_SIGNAL_WAITER_H_
