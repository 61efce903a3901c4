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
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::client {

class HeadTimeline {
 public:
  // Makes a reader of verified tiles of the tree of a head.
  using TilesOf = std::function<std::unique_ptr<tlog::TileReader>(const tlog::TreeHead&)>;

  // `tiles_of` must stay callable, from any thread, as long as this object lives.
  explicit HeadTimeline(TilesOf tiles_of) : tiles_of_(std::move(tiles_of)) {}

  // Takes in a head whose signature has been checked, and returns the newest head, which is `head`
  // or extends it. The first head is believed as it comes.
  //
  //   kDataLoss  the two heads are not of one timeline, or the newer one's tiles do not lead to its
  //              root; ForkedNotesOf the status are both notes: the evidence
  //   or the reader's own errors: nothing has been taken in
  absl::StatusOr<tlog::SignedTreeHead> Merge(const tlog::SignedTreeHead& head);

 private:
  // Checks that `older` is the beginning of `newer`; older.size <= newer.size.
  absl::Status CheckExtends(const tlog::SignedTreeHead& older,
                            const tlog::SignedTreeHead& newer) const;

  std::optional<tlog::SignedTreeHead> Newest() const;

  const TilesOf tiles_of_;  // constant after construction

  mutable Mutex mu_;
  std::optional<tlog::SignedTreeHead> newest_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_HEAD_TIMELINE_H_
