// The streaming calls that are under way: how many there may be, who has to be woken for a new
// head, and who has stalled.
//
// One thread, "rpc-streams", serves all of them; no stream has a thread of its own.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_OPEN_STREAMS_H_
#define SUMLOG_RPC_OPEN_STREAMS_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/mutex.h"

namespace sumlog::rpc {

using SteadyTime = std::chrono::steady_clock::time_point;

// One streaming call. Its methods are called while it is registered, from any thread, under a lock:
// they must neither block nor call back.
class OpenStream {
 public:
  virtual ~OpenStream() = default;

  // A new head may have been published.
  virtual void OnNewHead() {}

  // The server is about to stop. A call that has no end of its own ends now.
  virtual void OnDrain() {}

  // Since when the client has not taken what was sent last; nothing: it has taken everything.
  virtual std::optional<SteadyTime> WaitingSince() const = 0;

  // Gives the call up.
  virtual void Cancel() = 0;
};

class OpenStreams {
 public:
  struct Limits {
    std::size_t max_streams = 256;
    absl::Duration max_stall = absl::Seconds(60);
  };

  explicit OpenStreams(const Limits& limits);
  ~OpenStreams();  // there must be no stream any more

  // kResourceExhausted: too many streams. kUnavailable: the server is stopping. Otherwise `stream`
  // is registered until Remove, after which it is not called any more.
  absl::Status Add(OpenStream* stream);
  void Remove(OpenStream* stream);

  // Calls OnNewHead of every stream, soon, on our thread: costs the caller nothing.
  void NoteNewHead();

  // Refuses further streams and tells the present ones; returns when they have ended or `deadline`
  // has passed, whichever comes first.
  void Drain(absl::Duration deadline);

 private:
  void Run();
  void CancelStalled() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Limits limits_;  // constant after construction

  Mutex mu_;
  CondVar changed_;  // new_head_ or stopping_
  CondVar removed_;
  std::set<OpenStream*> streams_ ABSL_GUARDED_BY(mu_);
  bool new_head_ ABSL_GUARDED_BY(mu_) = false;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_OPEN_STREAMS_H_
