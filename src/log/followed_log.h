// The read side of a log that somebody else signs: what a mirror has verified, under the signer's
// own heads.
//
// A mirror's store may hold more records than its signer's newest head covers, or pieces of a tree
// that is not complete yet (heads_on_the_way.h). Served is the newest signed head of it and what
// lies below; before the first one there is nothing to serve, and no reader.
//
// Safe from any thread.

#ifndef SUMLOG_LOG_FOLLOWED_LOG_H_
#define SUMLOG_LOG_FOLLOWED_LOG_H_

#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "log/log_reader.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::log {

class FollowedLog {
 public:
  struct Options {
    const storage::LogStore* store = nullptr;  // of this log alone; outlives this object
    tlog::VerifierKey key;                     // of the log that is followed
    LogReader::Options reader = {};
    Clock* clock = SystemClock();  // outlives this object
  };

  // With what the store holds. Status codes as Renew.
  static absl::StatusOr<std::unique_ptr<FollowedLog>> Open(Options options);

  // Null before the store holds a signed head that all its records are there for; else the same one
  // for ever, owned by this object. It publishes what Renew finds.
  const LogReader* reader() const { return published_.load(std::memory_order_acquire); }

  const tlog::VerifierKey& key() const { return options_.key; }

  // Serves the newest signed head that the store has now; to be called when there may be a newer
  // one.
  //   kDataLoss  the head is not signed by the key, is behind the one that is served, or the store
  //              does not hold what it covers; what was served stays
  // or the store's own errors.
  absl::Status Renew();

 private:
  explicit FollowedLog(Options options) : options_(std::move(options)) {}

  const Options options_;  // constant after construction

  Mutex renew_mu_;  // held by the one who renews
  std::unique_ptr<LogReader> reader_ ABSL_GUARDED_BY(renew_mu_);
  std::atomic<const LogReader*> published_ = nullptr;  // reader_, once it is there
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_FOLLOWED_LOG_H_
