#include "client/head_timeline.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/hash.h"

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
  const std::unique_ptr<tlog::TileReader> tiles = tiles_of_(newer.head);
  const absl::StatusOr<tlog::Hash> root = tlog::RootFromTiles(older.head.size, *tiles);
  if (absl::IsDataLoss(root.status())) return Fork(older, newer, root.status().message());
  if (!root.ok()) {
    return Reword(root.status(), absl::StrCat("cannot compare the signed head of ", older.head.size,
                                              " records with the signed head of ", newer.head.size,
                                              " records: ", root.status().message()));
  }
  if (*root == older.head.root) return absl::OkStatus();
  return Fork(
      older, newer,
      absl::StrCat("its first ", older.head.size, " records have root ", tlog::FormatHash(*root)));
}

std::optional<tlog::SignedTreeHead> HeadTimeline::Newest() const {
  MutexLock lock(&mu_);
  return newest_;
}

absl::StatusOr<tlog::SignedTreeHead> HeadTimeline::Merge(const tlog::SignedTreeHead& head) {
  // Goes round again only when another thread has moved the newest head meanwhile.
  while (true) {
    const std::optional<tlog::SignedTreeHead> newest = Newest();
    if (newest.has_value() && head.head.size <= newest->head.size) {
      if (const absl::Status status = CheckExtends(head, *newest); !status.ok()) return status;
      return *newest;
    }
    if (newest.has_value()) {
      if (const absl::Status status = CheckExtends(*newest, head); !status.ok()) return status;
    }
    MutexLock lock(&mu_);
    const bool unchanged = newest_.has_value() == newest.has_value() &&
                           (!newest.has_value() || newest_->head == newest->head);
    if (!unchanged) continue;
    newest_ = head;
    return head;
  }
}

}  // namespace sumlog::client
