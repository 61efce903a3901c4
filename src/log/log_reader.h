// The read side of a log: lookups, tiles and proofs, all at or below a published head.
//
// Readers never wait for the writer: they load the newest published head once per question, and
// everything below it is immutable.
//
// Head cadence: every distinct head costs every client extra tile requests, so a lookup of a record
// that the *cadence head* covers carries that head; it is renewed at most once per head_interval. A
// record younger than it carries the newest head.
//
// Safe from any thread.

#ifndef SUMLOG_LOG_LOG_READER_H_
#define SUMLOG_LOG_LOG_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/snapshot.h"
#include "log/block_list.h"
#include "log/head_listeners.h"
#include "log/published_head.h"
#include "log/record_cache.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"
#include "sumlog/tlog/tile_reader.h"

namespace sumlog::log {

struct LookupAnswer {
  std::uint64_t number = 0;
  std::string record_text;
  // Shared: one published head is in the hands of many requests at once. Never null.
  std::shared_ptr<const PublishedHead> head;  // covers `number`
};

class LogReader {
 public:
  struct Options {
    absl::Duration head_interval = absl::Seconds(1);
    std::size_t record_cache_bytes = RecordCache::kDefaultMaxBytes;  // of lookups; 0: none
  };

  // Keeps pointers to `store` and `clock`, which must outlive this object. `first` is the head to
  // serve from the start; never null.
  // `blocks` may be null: nothing is blocked; else it must outlive this object, too.
  LogReader(const storage::LogStore* store, std::shared_ptr<const PublishedHead> first,
            Options options, Clock* clock, const BlockList* blocks = nullptr);

  // The newest published head. Never null.
  std::shared_ptr<const PublishedHead> Newest() const { return newest_.Load(); }

  // Calls `listener` with every head that is published after this returns, until the subscription
  // goes: see head_listeners.h for what a listener may do. kResourceExhausted: too many wait. The
  // subscription must not outlive this object.
  absl::StatusOr<std::unique_ptr<HeadListeners::Subscription>> Subscribe(
      HeadListener listener) const {
    return listeners_.Add(std::move(listener));
  }

  // kPermissionDenied: the module version is blocked, in the log or not; the message has the
  // reason, and ReasonOf (decision.h) has it alone.
  // kNotFound: not in the log, or not yet published. kDataLoss: the index points to no record, or
  // to one about another module version. Otherwise the store's own errors (also below).
  absl::StatusOr<LookupAnswer> Lookup(const gosum::ModuleVersion& module) const;

  // The head that answers about record `number` carry (see the top). `number` must be below the
  // newest head's size.
  std::shared_ptr<const PublishedHead> HeadForLookup(std::uint64_t number) const;

  // Exactly tile.width hashes. kNotFound: the newest head does not cover the tile.
  // kInvalidArgument: a data tile, or a width outside 1 to 256. kDataLoss: the store holds less
  // than the head promises.
  absl::StatusOr<std::vector<tlog::Hash>> HashTile(const tlog::TileId& tile) const;

  // Exactly tile.width records. Status codes as HashTile, for a data tile.
  absl::StatusOr<storage::PackedTexts> DataTile(const tlog::TileId& tile) const;

  // A reader of the hash tiles at or below the newest head, for proofs. It must not outlive this
  // object. Status codes as HashTile.
  std::unique_ptr<tlog::TileReader> Tiles() const;

  const storage::LogStore& store() const { return *store_; }

  // For the writer alone: makes `head` the newest and tells the listeners. It must extend the one
  // before.
  void Publish(std::shared_ptr<const PublishedHead> head);

 private:
  // The number and text of a module version that `newest` covers. Status codes as Lookup.
  absl::StatusOr<RecordCache::Found> FindInStore(const gosum::ModuleVersion& module,
                                                 const std::string& key,
                                                 const PublishedHead& newest) const;

  // Constant after construction.
  const storage::LogStore* const store_;
  const Options options_;
  Clock* const clock_;
  const BlockList* const blocks_;  // may be null

  mutable RecordCache records_;

  Snapshot<PublishedHead> newest_;
  mutable HeadListeners listeners_;

  // The head that lookups carry, and when it was taken. One lock for both, so that two readers who
  // find it due renew it once.
  mutable Mutex cadence_mu_;
  mutable std::shared_ptr<const PublishedHead> cadence_head_ ABSL_GUARDED_BY(cadence_mu_);
  mutable absl::Time cadence_renewed_at_ ABSL_GUARDED_BY(cadence_mu_);
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_LOG_READER_H_
