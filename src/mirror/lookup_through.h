// A mirror of what is asked for: a record that is lacking is fetched from the upstream, verified
// under its key, kept with the tiles that prove it, and answered; from then on it needs no
// upstream.
//
// Why stored answers prove themselves offline: every tile that was verified under a head of the
// upstream's one history is kept before the answer is. When a newer head comes, the proof that it
// extends the one before reads the tiles at the old right edge in the newer tree, so the path of
// every record that is here stays complete under the newest head that is here; and that one is what
// answers carry.
//
// A client that has seen a newer head elsewhere asks for tiles that are not here: they are fetched
// and verified like the rest, under the upstream's newest head, when it answers.
//
// Safe from any thread. Threads: those of its queue (fetch_queue.h), where alone the network is
// waited for.

#ifndef SUMLOG_MIRROR_LOOKUP_THROUGH_H_
#define SUMLOG_MIRROR_LOOKUP_THROUGH_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "log/distant_log.h"
#include "mirror/fetch_queue.h"
#include "mirror/recent_failures.h"
#include "mirror/sparse_log.h"
#include "sumlog/client/head_memory.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/gosum/module_pattern.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::mirror {

class LookupThrough final : public log::DistantLog {
 public:
  struct Options {
    tlog::VerifierKey key;  // of the upstream
    // These outlive this object; the first two are this mirror's alone.
    storage::LogStore* store = nullptr;
    client::HeadMemory* memory = nullptr;
    client::Fetcher* fetcher = nullptr;  // ends what is under way by itself when the server stops
    std::string upstream;                // its URLs without credentials, for evidence
    std::string evidence_dir;            // a folder, made when it is needed
    gosum::ModulePatterns is_private;    // module paths that are never asked for
    FetchQueue::Options queue;
    absl::Duration missing_for = absl::Minutes(1);  // how long the upstream is believed that it
                                                    // lacks a version
    absl::Duration failed_for = absl::Seconds(5);   // how long it is left alone after a failure
    Clock* clock = SystemClock();
    // Hears of every question to the upstream how it ended, and where evidence is kept of one that
    // was answered with a contradiction. From threads of the queue; may be empty.
    std::function<void(const absl::Status&, const std::string& evidence)> on_fetch = {};
  };

  // With what is there; no network. kFailedPrecondition: the memory holds no head of this key; or
  // the memory's errors.
  static absl::StatusOr<std::unique_ptr<LookupThrough>> Open(Options options);

  void Lookup(const gosum::ModuleVersion& module, LookupDone done) override;
  void HashTile(const tlog::TileId& tile, TileDone done) override;
  void Newest(HeadDone done) override;

  // The newest head that is here; nothing before the first answer.
  std::optional<tlog::SignedTreeHead> newest() const;

  // Answers all who wait, and asks the upstream no more; what is here is answered on. Waits for
  // what is under way. Idempotent.
  void Stop() { queue_.Stop(); }

 private:
  explicit LookupThrough(Options options);

  absl::StatusOr<std::optional<log::DistantAnswer>> FindAnswer(const gosum::ModuleVersion& module);
  void Fetch(const std::string& key, std::function<absl::Status(client::SumdbClient&)> work,
             FetchQueue::Done done);
  absl::Status FetchNow(const std::string& key,
                        const std::function<absl::Status(client::SumdbClient&)>& work);
  absl::Status FetchRecord(client::SumdbClient& client, const gosum::ModuleVersion& module);
  absl::Status FetchTile(client::SumdbClient& client, const tlog::TileId& tile);
  absl::Status FetchHead(client::SumdbClient& client);
  void NoteHead(const tlog::SignedTreeHead& head);

  const Options options_;  // constant after construction
  SparseLog parts_;        // safe from any thread, as the next
  RecentFailures failures_;

  mutable Mutex mu_;
  std::optional<tlog::SignedTreeHead> newest_ ABSL_GUARDED_BY(mu_);
  absl::Time asked_head_at_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();

  FetchQueue queue_;  // last: its threads use all of the above
};

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_LOOKUP_THROUGH_H_
