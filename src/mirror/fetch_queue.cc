#include "mirror/fetch_queue.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/thread.h"

namespace sumlog::mirror {

FetchQueue::FetchQueue(const Options& options) : options_(options) {
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads_.push_back(StartThread("mirror-fetch", [this] { RunJobs(); }));
  }
  threads_.push_back(StartThread("mirror-wait", [this] { WatchDeadlines(); }));
}

void FetchQueue::Ask(const std::string& key, Work work, Done done) {
  absl::Status refused;
  {
    MutexLock lock(&mu_);
    refused = AddLocked(key, std::move(work), &done);
  }
  if (!refused.ok()) done(refused);
}

// Takes `done` unless it refuses.
absl::Status FetchQueue::AddLocked(const std::string& key, Work work, Done* done) {
  if (stopped_) return absl::CancelledError("the server is stopping");
  if (waiting_.size() >= options_.max_waiters) {
    return absl::ResourceExhaustedError(
        absl::StrCat(waiting_.size(), " requests wait for the upstream already"));
  }
  std::shared_ptr<Job>& job = jobs_[key];
  if (job == nullptr) {
    if (jobs_.size() > options_.max_jobs) {
      jobs_.erase(key);
      return absl::ResourceExhaustedError(
          absl::StrCat(options_.max_jobs, " questions to the upstream wait already"));
    }
    job = std::make_shared<Job>(Job{.key = key, .work = std::move(work), .waiters = {}});
    queue_.push_back(job);
    work_there_.NotifyOne();
  }
  const std::size_t number = next_waiter_++;
  job->waiters.push_back(number);
  waiting_[number] = std::move(*done);
  deadlines_.push_back({.number = number,
                        .deadline = std::chrono::steady_clock::now() +
                                    absl::ToChronoMicroseconds(options_.answer_within)});
  deadline_there_.NotifyOne();
  return absl::OkStatus();
}

// Empty when it was answered before.
FetchQueue::Done FetchQueue::TakeLocked(std::size_t number) {
  const auto found = waiting_.find(number);
  if (found == waiting_.end()) return nullptr;
  Done done = std::move(found->second);
  waiting_.erase(found);
  return done;
}

void FetchQueue::RunJobs() {
  while (true) {
    std::shared_ptr<Job> job;
    {
      MutexLock lock(&mu_);
      while (queue_.empty() && !stopped_) work_there_.Wait(&mu_);
      if (stopped_) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    const absl::Status status = job->work();
    std::vector<Done> answered;
    {
      MutexLock lock(&mu_);
      jobs_.erase(job->key);
      for (const std::size_t number : job->waiters) {
        if (Done done = TakeLocked(number)) answered.push_back(std::move(done));
      }
    }
    for (const Done& done : answered) done(status);
  }
}

void FetchQueue::WatchDeadlines() {
  const absl::Status late = absl::DeadlineExceededError("the upstream takes long");
  MutexLock lock(&mu_);
  while (!stopped_) {
    if (deadlines_.empty()) {
      deadline_there_.Wait(&mu_);
      continue;
    }
    const Waiter next = deadlines_.front();
    const auto now = std::chrono::steady_clock::now();
    if (next.deadline > now && waiting_.contains(next.number)) {
      deadline_there_.WaitFor(&mu_, absl::FromChrono(next.deadline - now));
      continue;
    }
    deadlines_.pop_front();
    if (Done done = TakeLocked(next.number)) {
      mu_.Unlock();
      done(late);
      done = nullptr;
      mu_.Lock();
    }
  }
}

void FetchQueue::Stop() {
  std::vector<Done> answered;
  {
    MutexLock lock(&mu_);
    stopped_ = true;
    for (auto& [number, done] : waiting_) answered.push_back(std::move(done));
    waiting_.clear();
    work_there_.NotifyAll();
    deadline_there_.NotifyAll();
  }
  const absl::Status status = absl::CancelledError("the server is stopping");
  for (const Done& done : answered) done(status);
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace sumlog::mirror
