// The newest signed head that a client has seen, and the rule that heads only ever grow.
//
// Every head that arrives is compared with the newest one: whichever is older must be the beginning
// of the other. Otherwise the database shows different histories to different people, which is the
// very thing that a transparent log exists to make visible.
//
// Safe from any thread. Spec: golang.org/x/mod/sumdb Client.mergeLatest and checkTrees.

#ifndef SUMLOG_CLIENT_HEAD_TIMELINE_H_
#define SUMLOG_CLIENT_HEAD_TIMELINE_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "sumlog/client/head_memory.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::client {

class HeadTimeline {
 public:
  struct Options {
    // Asks the database whether the tree of `older` is the beginning of that of `newer`, which is
    // larger, and verifies the answer. kDataLoss: it is not, or the answer does not show it; the
    // message says why. Other codes: there was no answer.
    std::function<absl::Status(const tlog::TreeHead& older, const tlog::TreeHead& newer)>
        check_beginning;
    // Checks the signature of a note that was kept.
    std::function<absl::StatusOr<tlog::SignedTreeHead>(absl::string_view note)> open;
    HeadMemory* memory = nullptr;  // may be null: what was seen is forgotten with this object
  };

  // All of `options` must stay usable, from any thread, as long as this object lives.
  explicit HeadTimeline(Options options) : options_(std::move(options)) {}

  // Takes in a head whose signature has been checked, and returns the newest head, which is `head`
  // or extends it, once that is kept. Without a memory, or with an empty one, the first head is
  // believed as it comes.
  //
  //   kDataLoss            the two heads are not of one timeline, or nothing shows that they are;
  //                        ForkedNotesOf the status are both notes: the evidence
  //   kFailedPrecondition  what the memory holds is no head that `open` takes
  //   or what check_beginning says, or the memory: nothing has been taken in
  absl::StatusOr<tlog::SignedTreeHead> Merge(const tlog::SignedTreeHead& head);

 private:
  // Checks that `older` is the beginning of `newer`; older.size <= newer.size.
  absl::Status CheckExtends(const tlog::SignedTreeHead& older,
                            const tlog::SignedTreeHead& newer) const;

  // CheckExtends, whichever of the two is older.
  absl::Status CheckConsistent(const tlog::SignedTreeHead& a, const tlog::SignedTreeHead& b) const;

  // Takes in what the memory holds.
  absl::Status TakeInKept();

  struct State {
    std::optional<tlog::SignedTreeHead> newest;
    bool recalled = false;            // whether the memory was asked
    std::optional<std::string> kept;  // what it held when it was last asked or told
  };
  State Now() const;

  // Makes `head`, which extends from.newest, the newest one. kAborted: another thread or process
  // has moved it since `from` was current.
  absl::Status Advance(const State& from, const tlog::SignedTreeHead& head);

  const Options options_;  // constant after construction

  mutable Mutex mu_;
  State state_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_HEAD_TIMELINE_H_
