#include "log/sequencer.h"

#include <optional>
#include <utility>

#include "base/mutex.h"

namespace sumlog::log {
namespace {

struct Completion {
  Mutex mu;
  CondVar changed;
  std::optional<absl::StatusOr<AddAnswer>> answer ABSL_GUARDED_BY(mu);
};

}  // namespace

absl::StatusOr<AddAnswer> Sequencer::AddAndWait(AddRequest request) {
  // Shared: the sequencer's thread may still be inside NotifyOne when the caller has gone on.
  const auto completion = std::make_shared<Completion>();
  Add(std::move(request), [completion](absl::StatusOr<AddAnswer> answer) {
    MutexLock lock(&completion->mu);
    completion->answer = std::move(answer);
    completion->changed.NotifyOne();
  });
  MutexLock lock(&completion->mu);
  while (!completion->answer.has_value()) completion->changed.Wait(&completion->mu);
  return *std::move(completion->answer);
}

}  // namespace sumlog::log
