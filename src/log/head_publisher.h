// Takes a signed round through commit → anchor → publish, and through what can fail on the way.
//
// Invariant I1 lives here: once a head is signed, no other head is signed for its size until it is
// known what became of it. So a round that failed half-way is kept, byte for byte, and brought to
// its end before the next one starts.
//
//   signed → committed (store) → anchored → published
//
// Owned by the writer's thread.

#ifndef SUMLOG_LOG_HEAD_PUBLISHER_H_
#define SUMLOG_LOG_HEAD_PUBLISHER_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "log/anchor.h"
#include "log/log_reader.h"
#include "log/published_head.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::log {

// Reduces what a store or an anchor may say to the four codes of HeadPublisher::Start; the message
// begins with `step`. An argument that a store refuses contradicts what this writer knows of it.
absl::Status AsWriterError(const absl::Status& status, absl::string_view step);

// Whether a writer must stop for good after this error.
inline bool StopsWriter(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsDataLoss(status);
}

class HeadPublisher {
 public:
  struct Options {
    storage::LogStore* store = nullptr;  // these three outlive this object
    Anchor* anchor = nullptr;
    LogReader* reader = nullptr;
    bool bulk = false;  // LogStore::CommitBulk instead of Commit
  };

  explicit HeadPublisher(const Options& options) : options_(options) {}

  // Commits, anchors and publishes a round whose head is signed. There must be no unfinished one.
  // When it returns an error the round is unfinished, and Finish goes on with it:
  //   kResourceExhausted, kUnavailable  the disk is full or failed; try again later
  //   kFailedPrecondition, kDataLoss    never try again: the writer must stop
  absl::Status Start(storage::CommitBatch batch, std::shared_ptr<const PublishedHead> head);

  // Goes on where Start or Finish failed; OK at once when nothing is unfinished. Codes as Start.
  absl::Status Finish();

  bool unfinished() const { return round_.has_value(); }

 private:
  struct Round {
    storage::CommitBatch batch;
    // Shared: becomes the newest head that readers hold.
    std::shared_ptr<const PublishedHead> head;
    bool tried = false;      // a commit failed, and its fate is not known
    bool committed = false;  // the store has it, durably
  };

  absl::Status Commit();
  // Whether the store's newest head is that of the round, byte for byte.
  absl::StatusOr<bool> StoreHasRound() const;

  const Options options_;
  std::optional<Round> round_;
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_HEAD_PUBLISHER_H_
