// Adds without waiting, and waits later.
//
// Safe from any thread.

#ifndef SUMLOG_TESTS_SUPPORT_ADD_WAITER_H_
#define SUMLOG_TESTS_SUPPORT_ADD_WAITER_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "log/sequencer.h"

namespace sumlog::testing {

class AddWaiter {
 public:
  AddWaiter(log::Sequencer& sequencer, std::vector<gosum::Record> records) {
    sequencer.Add({.records = std::move(records),
                   .provenance = {.how = "ingest", .from = "a test", .when = absl::Time()}},
                  [state = state_](absl::StatusOr<log::AddAnswer> answer) {
                    MutexLock lock(&state->mu);
                    state->answer = std::move(answer);
                    ++state->calls;
                    state->changed.NotifyAll();
                  });
  }

  absl::StatusOr<log::AddAnswer> Await() {
    MutexLock lock(&state_->mu);
    while (!state_->answer.has_value()) state_->changed.Wait(&state_->mu);
    return *state_->answer;
  }

  // How often the completion was called so far.
  int calls() const {
    MutexLock lock(&state_->mu);
    return state_->calls;
  }

 private:
  struct State {
    Mutex mu;
    CondVar changed;
    std::optional<absl::StatusOr<log::AddAnswer>> answer ABSL_GUARDED_BY(mu);
    int calls ABSL_GUARDED_BY(mu) = 0;
  };
  // Shared with the completion, which may come after this object has gone.
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_ADD_WAITER_H_
