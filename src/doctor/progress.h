// Tells the caller how far a stage is, a few times a second and not more.
//
// Not safe from two threads at once.

#ifndef SUMLOG_DOCTOR_PROGRESS_H_
#define SUMLOG_DOCTOR_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "doctor/fsck.h"

namespace sumlog::doctor {

class Progress {
 public:
  using Callback = std::function<void(const FsckProgress&)>;

  // Keeps a reference to `callback`, which must outlive this object; it may be empty.
  explicit Progress(const Callback& callback) : callback_(callback) {}

  void Begin(std::string stage, std::uint64_t total) {
    now_ = {.stage = std::move(stage), .done = 0, .total = total};
    Tell();
  }

  void Done(std::uint64_t count) {
    now_.done += count;
    // Most calls cost a comparison: the clock is read once in about a thousand records.
    if (now_.done - looked_ < kCountBetweenLooks) return;
    looked_ = now_.done;
    if (Clock::now() - told_at_ >= kTimeBetween) Tell();
  }

  void End() { Tell(); }

 private:
  // Only for the rhythm of the screen: nothing that is checked depends on this clock.
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kTimeBetween{250};
  static constexpr std::uint64_t kCountBetweenLooks = 1024;

  void Tell() {
    looked_ = now_.done;
    told_at_ = Clock::now();
    if (callback_) callback_(now_);
  }

  const Callback& callback_;
  FsckProgress now_;
  std::uint64_t looked_ = 0;
  Clock::time_point told_at_;
};

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_PROGRESS_H_
