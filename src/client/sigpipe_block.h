// Keeps SIGPIPE away from the calling thread while an object of this class lives.
//
// TLS libraries write to sockets with plain write(2): a peer that has hung up then ends the whole
// process, unless the program has thought of it. Whoever embeds this library need not.
//
// Owned by the thread that made it.

#ifndef SUMLOG_CLIENT_SIGPIPE_BLOCK_H_
#define SUMLOG_CLIENT_SIGPIPE_BLOCK_H_

#include <csignal>
#include <ctime>

namespace sumlog::client {

class SigpipeBlock {
 public:
  SigpipeBlock() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }

  // Takes away a SIGPIPE that came meanwhile, so that it is not delivered afterwards.
  ~SigpipeBlock() {
    if (!was_pending_) {
      const timespec no_wait = {};
      while (sigtimedwait(&sigpipe_, nullptr, &no_wait) == SIGPIPE) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  SigpipeBlock(const SigpipeBlock&) = delete;
  SigpipeBlock& operator=(const SigpipeBlock&) = delete;

 private:
  sigset_t sigpipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_SIGPIPE_BLOCK_H_
