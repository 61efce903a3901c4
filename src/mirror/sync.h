// Brings a mirror to the newest head of its upstream: every record that it lacks, verified under
// the upstream's key before it is stored, in pieces that an interruption does not spoil.
//
// The store's newest head has a note when all of it is verified and signed by the upstream. Between
// two such heads it has one without a note: pieces that are verified, of a tree that nobody has
// signed at that size. See log/heads_on_the_way.h.
//
// Owned by one thread.

#ifndef SUMLOG_MIRROR_SYNC_H_
#define SUMLOG_MIRROR_SYNC_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::mirror {

// How many tiles a mirror asks for at a time, unless it is told otherwise: as many as go over one
// HTTP/2 connection. Over HTTP/1.1 a quarter of them is under way and the others wait for their
// turn (client/http_transfers.h).
inline constexpr std::size_t kTilesAtOnce = 32;

// How many records a mirror commits at a time, unless it is told otherwise; two of these pieces are
// in memory.
inline constexpr std::size_t kPieceRecords = 65'536;

struct SyncOptions {
  // All outlive the call.
  storage::LogStore* store = nullptr;     // of this mirror alone; may be new
  client::SumdbClient* client = nullptr;  // of the upstream, with its key
  client::Fetcher* fetcher = nullptr;     // of the same upstream, for data tiles
  Clock* clock = SystemClock();

  std::string from;  // the upstream's URL without credentials, for provenance
  std::size_t tiles_at_once = kTilesAtOnce;   // data tiles that are asked for; at least 1
  std::size_t piece_records = kPieceRecords;  // are committed at a time
  // No records beyond this number of them are taken.
  std::uint64_t until = std::numeric_limits<std::uint64_t>::max();

  // Told after each piece. An error stops the work, which hands it back. May be empty.
  struct Progress {
    std::uint64_t begin = 0;  // records that were there before
    std::uint64_t done = 0;   // that are there now
    std::uint64_t target = 0;
    std::uint64_t upstream_size = 0;  // of the upstream's newest head
    std::uint64_t odd_records = 0;    // so far, as in the report
  };
  std::function<absl::Status(const Progress&)> watch = {};
};

struct SyncReport {
  tlog::SignedTreeHead upstream;     // the upstream's newest head
  std::uint64_t begin = 0, end = 0;  // how many verified records the store had, and has
  std::uint64_t odd_records = 0;     // of the new ones: signed, but about no module version
  bool complete = false;             // the upstream's newest head is the store's newest
};

// Status codes, each with all pieces before kept, so that the same call goes on:
//   kUnavailable     the upstream does not answer, or does not give what it signed
//   kUnauthenticated a head that the key has not signed
//   kDataLoss        what came is not what the upstream has signed, or its history is not the one
//                    that the store holds; for a fork, ForkedNotesOf has the notes
//   or the errors of client and store, or what the watch has said.
absl::StatusOr<SyncReport> Sync(const SyncOptions& options);

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_SYNC_H_
