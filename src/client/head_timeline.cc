#include "client/head_timeline.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::client {
namespace {

absl::Status Fork(const tlog::SignedTreeHead& older, const tlog::SignedTreeHead& newer,
                  absl::string_view reason) {
  return WithForkedNotes(
      absl::DataLossError(absl::StrCat("the signed head of ", newer.head.size,
                                       " records does not extend the signed head of ",
                                       older.head.size, " records: ", reason)),
      absl::StrCat(older.note, newer.note));
}

}  // namespace

absl::Status HeadTimeline::CheckExtends(const tlog::SignedTreeHead& older,
                                        const tlog::SignedTreeHead& newer) const {
  if (older.head.size == newer.head.size) {
    if (older.head.root == newer.head.root) return absl::OkStatus();
    return Fork(older, newer, "two roots for one size");
  }
  const absl::Status status = options_.check_beginning(older.head, newer.head);
  if (absl::IsDataLoss(status)) return Fork(older, newer, status.message());
  if (status.ok()) return status;
  return Reword(status, absl::StrCat("cannot compare the signed head of ", older.head.size,
                                     " records with the signed head of ", newer.head.size,
                                     " records: ", status.message()));
}

absl::Status HeadTimeline::CheckConsistent(const tlog::SignedTreeHead& a,
                                           const tlog::SignedTreeHead& b) const {
  return a.head.size <= b.head.size ? CheckExtends(a, b) : CheckExtends(b, a);
}

HeadTimeline::State HeadTimeline::Now() const {
  MutexLock lock(&mu_);
  return state_;
}

absl::Status HeadTimeline::TakeInKept() {
  ASSIGN_OR_RETURN(const std::optional<std::string> kept, options_.memory->Recall());
  std::optional<tlog::SignedTreeHead> head;
  if (kept.has_value()) {
    absl::StatusOr<tlog::SignedTreeHead> opened = options_.open(*kept);
    if (!opened.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the head that was kept from earlier: ", opened.status().message()));
    }
    head = *std::move(opened);
  }
  const State state = Now();
  if (head.has_value() && state.newest.has_value()) {
    RETURN_IF_ERROR(CheckConsistent(*head, *state.newest));
  }
  MutexLock lock(&mu_);
  state_.recalled = true;
  state_.kept = kept;
  if (!head.has_value()) return absl::OkStatus();
  if (!state_.newest.has_value() || state_.newest->head.size < head->head.size) {
    state_.newest = std::move(head);
  }
  return absl::OkStatus();
}

absl::Status HeadTimeline::Advance(const State& from, const tlog::SignedTreeHead& head) {
  if (options_.memory != nullptr) {
    RETURN_IF_ERROR(options_.memory->Replace(from.kept, head.note));
  }
  MutexLock lock(&mu_);
  state_.kept = head.note;
  const bool unchanged = state_.newest.has_value() == from.newest.has_value() &&
                         (!from.newest.has_value() || state_.newest->head == from.newest->head);
  if (!unchanged) return absl::AbortedError("another thread has seen a newer head");
  state_.newest = head;
  return absl::OkStatus();
}

absl::StatusOr<tlog::SignedTreeHead> HeadTimeline::Merge(const tlog::SignedTreeHead& head) {
  // Goes round again only when another thread or process has moved the newest head meanwhile.
  for (bool recall = !Now().recalled;; recall = true) {
    if (recall && options_.memory != nullptr) RETURN_IF_ERROR(TakeInKept());
    const State state = Now();
    if (state.newest.has_value()) RETURN_IF_ERROR(CheckConsistent(head, *state.newest));
    if (state.newest.has_value() && head.head.size <= state.newest->head.size) {
      return *state.newest;
    }
    const absl::Status status = Advance(state, head);
    if (status.ok()) return head;
    if (!absl::IsAborted(status)) return status;
  }
}

}  // namespace sumlog::client
