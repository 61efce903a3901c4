#include "log/followed_log.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "log/head_check.h"
#include "log/heads_on_the_way.h"

namespace sumlog::log {

absl::StatusOr<std::unique_ptr<FollowedLog>> FollowedLog::Open(Options options) {
  CHECK(options.store != nullptr);
  std::unique_ptr<FollowedLog> log(new FollowedLog(std::move(options)));
  RETURN_IF_ERROR(log->Renew());
  return log;
}

absl::Status FollowedLog::Renew() {
  MutexLock lock(&renew_mu_);
  ASSIGN_OR_RETURN(const std::optional<storage::StoredHead> stored, NewestSigned(*options_.store));
  if (!stored.has_value()) return absl::OkStatus();
  if (reader_ != nullptr) {
    const std::shared_ptr<const PublishedHead> served = reader_->Newest();
    if (served->signed_head.note == stored->note) return absl::OkStatus();
    if (served->signed_head.head.size > stored->size) {
      return absl::DataLossError(absl::StrCat(
          "the newest signed head of the database is of ", stored->size, " records, but one of ",
          served->signed_head.head.size, " records has been served"));
    }
  }
  ASSIGN_OR_RETURN(PublishedHead head,
                   LoadHead(*options_.store, *stored, absl::MakeConstSpan(&options_.key, 1)));
  // Shared: becomes the newest head that readers hold.
  auto newest = std::make_shared<const PublishedHead>(std::move(head));
  if (reader_ != nullptr) {
    reader_->Publish(std::move(newest));
    return absl::OkStatus();
  }
  reader_ = std::make_unique<LogReader>(options_.store, std::move(newest), options_.reader,
                                        options_.clock);
  published_.store(reader_.get(), std::memory_order_release);
  return absl::OkStatus();
}

}  // namespace sumlog::log
