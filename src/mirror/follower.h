// One mirror that follows its upstream: what `mirror run` and `serve` both use.
//
//   ASSIGN_OR_RETURN(auto follower, Follower::Create(std::move(options)));
//   follower->Run();   // on a thread of its own, until Stop()
//
// A round brings the store to the newest head of the upstream (sync.h). Between two rounds it waits
// for the interval; after one that failed for less at first, then twice as long each time up to the
// interval, by a random part less, and never less than the server has asked for. After signed bytes
// that contradict each other it keeps what came, asks another place first the next time, and goes
// on as soon as the upstream is honest again: what was verified stays.
//
// Stop, state and received_bytes are safe from any thread; the rest is owned by one, which also
// makes the calls that the options name.

#ifndef SUMLOG_MIRROR_FOLLOWER_H_
#define SUMLOG_MIRROR_FOLLOWER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "client/answer_recorder.h"
#include "mirror/follower_state.h"
#include "mirror/sync.h"
#include "mirror/upstream.h"
#include "sumlog/client/head_memory.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::mirror {

// How one round went.
struct Round {
  // kUnavailable      the upstream does not answer, or does not give what it signed
  // kUnauthenticated, kDataLoss
  //                   signed bytes contradict each other or their proof, or the key has not signed
  //                   them; `evidence` keeps what came. Or IsDamagedData: our own disk
  // kCancelled        Stop was called
  // or errors of the store and of the head memory. Pieces that were verified before are kept.
  absl::Status status;
  SyncReport sync;         // when status is OK
  bool is_behind = false;  // the upstream showed a head that is older than one it has shown before
  std::string evidence;    // the file that keeps what came; empty: there is none
};

class Follower {
 public:
  struct Options {
    tlog::VerifierKey key;
    Upstream::Options upstream;
    // Both outlive the follower, and are this mirror's alone. The memory may be null in tests.
    storage::LogStore* store = nullptr;
    client::HeadMemory* memory = nullptr;
    std::string evidence_dir;      // a folder, made when it is needed
    std::string rounds_file = {};  // where the state is kept; empty: nowhere. Its folder exists
    absl::Duration interval = absl::Minutes(1);
    std::uint64_t until = std::numeric_limits<std::uint64_t>::max();  // as SyncOptions
    std::size_t tiles_at_once = kTilesAtOnce;
    std::size_t piece_records = kPieceRecords;
    Clock* clock = SystemClock();

    // The store's newest head, whenever it is one that this follower has not told of: complete,
    // verified and signed. May be empty, as the two below.
    std::function<void(const tlog::SignedTreeHead&)> on_head = {};
    std::function<void(const SyncOptions::Progress&)> on_progress = {};
    std::function<void(const Round&)> on_round = {};
  };

  // Touches no network. kInvalidArgument: a URL that is none.
  static absl::StatusOr<std::unique_ptr<Follower>> Create(Options options);

  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // One round, now.
  Round RunRound();

  // Rounds until Stop.
  void Run();

  // Ends Run and what is under way, within about a second; for good.
  void Stop();

  FollowerState state() const;
  std::uint64_t received_bytes() const { return upstream_->received_bytes(); }

 private:
  Follower(Options options, std::unique_ptr<Upstream> upstream);

  Round TryRound();
  absl::Status Watch(const SyncOptions::Progress& progress);
  absl::StatusOr<bool> IsBehind(const SyncReport& report) const;
  void NoteRound(const Round& round);
  void SaveState() const;
  absl::Duration WaitAfter(const Round& round);
  bool WaitFor(absl::Duration wait);

  // Constant after construction.
  const Options options_;
  client::AnswerLog answers_;  // of the round that is under way
  Upstream* const upstream_;   // owned by recorder_
  client::AnswerRecorder recorder_;

  // Owned by the thread that runs rounds.
  std::minstd_rand dice_;
  std::string told_note_;         // of the last on_head
  bool ask_next_place_ = false;   // the last place contradicted itself
  std::uint64_t odd_before_ = 0;  // odd records before this round
  absl::Time saved_at_ = absl::InfinitePast();

  mutable Mutex mu_;
  CondVar stopping_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  FollowerState state_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_FOLLOWER_H_
