// The streaming calls that are under way: how many there may be, who has to be woken for a new
// head, who has stalled, and who sits on a place without using it.
//
// Readers need no name, so places are shared out by the host that they call from (peer_host.h):
// nobody can sit on all of them. When they are taken, a host that has fewer than another gets one
// of the other's, until both have as many; a proxy, behind which all are one host, may have all of
// them while nobody else comes. Streams that add have places of their own, first come, first
// served: whoever has one has a grant. Those that nobody uses end after a while.
//
// One thread, "rpc-streams", serves all of them; no stream has a thread of its own.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_OPEN_STREAMS_H_
#define SUMLOG_RPC_OPEN_STREAMS_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

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

  // The place is given to another host: the call ends now.
  virtual void OnCrowdedOut() {}

  // Since when the client has not taken what was sent last; nothing: it has taken everything.
  virtual std::optional<SteadyTime> WaitingSince() const = 0;

  // Gives the call up.
  virtual void Cancel() = 0;

  // Since when nothing has come from the client that sends and nothing is owed to it; nothing: that
  // is not so, or this call may be idle for ever.
  virtual std::optional<SteadyTime> IdleSince() const { return std::nullopt; }

  // It was idle for longer than `limit`: it ends now, unless something has come meanwhile.
  virtual void OnIdle(absl::Duration /*limit*/) {}
};

class OpenStreams {
 public:
  struct Limits {
    std::size_t max_streams = 256;      // that read
    std::size_t max_add_streams = 256;  // that add
    absl::Duration max_stall = absl::Seconds(60);
    absl::Duration max_idle = absl::Minutes(10);
  };

  enum class Use { kRead, kAdd };

  explicit OpenStreams(const Limits& limits);
  ~OpenStreams();  // there must be no stream any more

  // `host` is where the call comes from; it counts for kRead only.
  // kResourceExhausted: too many streams. kUnavailable: the server is stopping. Otherwise `stream`
  // is registered until Remove, after which it is not called any more.
  absl::Status Add(OpenStream* stream, Use use, const std::string& host);
  void Remove(OpenStream* stream);

  // Calls OnNewHead of every stream, soon, on our thread: costs the caller nothing.
  void NoteNewHead();

  // Refuses further streams and tells the present ones; returns when they have ended or `deadline`
  // has passed, whichever comes first.
  void Drain(absl::Duration deadline);

 private:
  void Run();
  // Sees to it that a stream of `host` that reads fits; kResourceExhausted: it does not.
  absl::Status MakePlace(const std::string& host) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Stops counting it.
  void Forget(OpenStream* stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Ends those that have stalled or are idle.
  void Sweep(SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Limits limits_;  // constant after construction

  Mutex mu_;
  CondVar changed_;  // new_head_ or stopping_
  CondVar removed_;
  struct Place {
    Use use = Use::kRead;
    std::string host;
    bool is_given_up = false;  // it is counted no more, but has not ended yet
  };
  std::map<OpenStream*, Place> streams_ ABSL_GUARDED_BY(mu_);
  std::size_t add_count_ ABSL_GUARDED_BY(mu_) = 0;
  // Of kRead and not given up, in the order in which they came; no host has none.
  std::map<std::string, std::vector<OpenStream*>> by_host_ ABSL_GUARDED_BY(mu_);
  std::size_t read_count_ ABSL_GUARDED_BY(mu_) = 0;  // in by_host_
  bool new_head_ ABSL_GUARDED_BY(mu_) = false;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_OPEN_STREAMS_H_
