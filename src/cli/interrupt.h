// Ctrl-C as a question that long work asks between two steps.
//
//   InterruptWatch interrupt;
//   while (more && !interrupt.Seen()) Step();
//
// The first SIGINT or SIGTERM only sets a mark; the second one ends the process as usual. One watch
// at a time in a process.

#ifndef SUMLOG_CLI_INTERRUPT_H_
#define SUMLOG_CLI_INTERRUPT_H_

#include <csignal>

namespace sumlog::cli {

class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  bool Seen() const;

 private:
  struct sigaction interrupt_before_ = {};
  struct sigaction terminate_before_ = {};
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_INTERRUPT_H_
