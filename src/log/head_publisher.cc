#include "log/head_publisher.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"

namespace sumlog::log {

absl::Status AsWriterError(const absl::Status& status, absl::string_view step) {
  const std::string message = absl::StrCat(step, ": ", status.message());
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
      return absl::DataLossError(message);
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kInvalidArgument:
      return absl::FailedPreconditionError(message);
    case absl::StatusCode::kResourceExhausted:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::Status HeadPublisher::Start(storage::CommitBatch batch,
                                  std::shared_ptr<const PublishedHead> head) {
  CHECK(!unfinished());
  round_ = Round{.batch = std::move(batch), .head = std::move(head)};
  return Finish();
}

absl::Status HeadPublisher::Finish() {
  if (!round_.has_value()) return absl::OkStatus();
  if (!round_->committed) RETURN_IF_ERROR(Commit());
  // An anchor that cannot be written holds the head back: it is durable, but nobody has seen it.
  if (absl::Status status = options_.anchor->Store(round_->head->signed_head.note); !status.ok()) {
    return AsWriterError(status,
                         "the head is committed but cannot be anchored, so it is not published");
  }
  options_.reader->Publish(std::move(round_->head));
  round_.reset();
  return absl::OkStatus();
}

absl::Status HeadPublisher::Commit() {
  if (round_->tried) {
    // Asked first: a batch that did land would now be refused as another writer's.
    const absl::StatusOr<bool> landed = StoreHasRound();
    if (!landed.ok())
      return AsWriterError(landed.status(), "the store does not answer for its head");
    round_->committed = *landed;
    if (round_->committed) return absl::OkStatus();
  }
  const absl::Status status = options_.bulk ? options_.store->CommitBulk(round_->batch)
                                            : options_.store->Commit(round_->batch);
  round_->tried = true;
  round_->committed = status.ok();
  if (status.ok()) return absl::OkStatus();
  const absl::StatusOr<bool> landed = StoreHasRound();
  round_->committed = landed.ok() && *landed;
  return round_->committed ? absl::OkStatus() : AsWriterError(status, "the store did not commit");
}

absl::StatusOr<bool> HeadPublisher::StoreHasRound() const {
  ASSIGN_OR_RETURN(const storage::StoredHead newest, options_.store->SignedHead());
  return newest.size == round_->batch.head.size && newest.note == round_->batch.head.note;
}

}  // namespace sumlog::log
