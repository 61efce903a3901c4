#include "cli/interrupt.h"

#include <atomic>

namespace sumlog::cli {
namespace {

// A global, because a signal handler can reach nothing else.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void Mark(int) { interrupted = true; }

}  // namespace

InterruptWatch::InterruptWatch() {
  interrupted = false;
  struct sigaction action = {};
  action.sa_handler = Mark;
  sigemptyset(&action.sa_mask);
  // SA_RESETHAND is the sign bit, which a header spells as an unsigned number.
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &interrupt_before_);
  sigaction(SIGTERM, &action, &terminate_before_);
}

InterruptWatch::~InterruptWatch() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
}

bool InterruptWatch::Seen() const { return interrupted; }

}  // namespace sumlog::cli
