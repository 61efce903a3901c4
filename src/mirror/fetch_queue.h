// Work that takes long, is done once for all who ask for it, and keeps nobody waiting for ever.
//
//   queue.Ask("lookup example.com/m@v1.0.0", [] { return Fetch(); }, [](const absl::Status& s) {});
//
// Safe from any thread.

#ifndef SUMLOG_MIRROR_FETCH_QUEUE_H_
#define SUMLOG_MIRROR_FETCH_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/mutex.h"

namespace sumlog::mirror {

class FetchQueue {
 public:
  struct Options {
    std::size_t threads = 8;         // as many connections to the upstream as this
    std::size_t max_jobs = 1000;     // waiting or under way
    std::size_t max_waiters = 5000;  // connections that wait for them
    absl::Duration answer_within = absl::Seconds(10);
  };

  using Work = std::function<absl::Status()>;
  using Done = std::function<void(const absl::Status&)>;

  explicit FetchQueue(const Options& options);
  ~FetchQueue() { Stop(); }

  // Runs `work` on a thread of the queue, unless work under the same key waits or is under way, and
  // calls `done` once, with what it has returned. Or with:
  //   kDeadlineExceeded   it takes longer than answer_within; the work goes on
  //   kResourceExhausted  too much waits already; at once
  //   kCancelled          Stop was called
  void Ask(const std::string& key, Work work, Done done);

  // Answers all who wait, begins no more work, and waits for what is under way. Idempotent; not
  // from a Work or Done.
  void Stop();

 private:
  using Time = std::chrono::steady_clock::time_point;

  struct Job {
    std::string key;
    Work work;
    std::vector<std::size_t> waiters;  // of waiting_
  };
  struct Waiter {
    std::size_t number = 0;
    Time deadline;
  };

  void RunJobs();
  void WatchDeadlines();
  Done TakeLocked(std::size_t number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status AddLocked(const std::string& key, Work work, Done* done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;  // constant after construction

  Mutex mu_;
  CondVar work_there_, deadline_there_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<std::shared_ptr<Job>> queue_ ABSL_GUARDED_BY(mu_);  // not begun; shared with jobs_
  absl::flat_hash_map<std::string, std::shared_ptr<Job>> jobs_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::size_t, Done> waiting_ ABSL_GUARDED_BY(mu_);
  std::deque<Waiter> deadlines_ ABSL_GUARDED_BY(mu_);  // the next one first; some are answered
  std::size_t next_waiter_ ABSL_GUARDED_BY(mu_) = 0;

  std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_FETCH_QUEUE_H_
