// Fetches a piece of an upstream's records in the background: its data tiles, several at a time,
// each judged the moment it arrives.
//
// Whoever works on one piece has the next one fetched meanwhile.
//
// Owned by one thread.

#ifndef SUMLOG_MIRROR_PIECE_FETCH_H_
#define SUMLOG_MIRROR_PIECE_FETCH_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "mirror/signed_tiles.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::mirror {

// Verified records, in order, from number `first` on.
struct Piece {
  std::uint64_t first = 0;
  storage::PackedTexts texts;
  std::vector<tlog::Hash> leaves;  // one for each text
};

struct PieceRange {
  std::uint64_t begin = 0, end = 0;  // record numbers
};

class PieceFetch {
 public:
  // Where pieces come from. All outlive every fetch.
  struct Source {
    client::Fetcher* fetcher = nullptr;
    tlog::TileReader* tiles = nullptr;  // verified, of the tree of `head`
    tlog::TreeHead head;
    std::size_t tiles_at_once = 1;  // that are asked for
  };

  // Begins to fetch the records of `range`, which lies in the tree. Keeps a reference to `source`.
  PieceFetch(const Source& source, PieceRange range);

  // Waits for what is on its way and drops it.
  ~PieceFetch();

  PieceFetch(const PieceFetch&) = delete;
  PieceFetch& operator=(const PieceFetch&) = delete;

  // Waits until all is here, or something is wrong. Once.
  //   kDataLoss     a tile that is not what was signed; the message names it and the head
  //   kUnavailable  the upstream does not answer, or does not give what it signed
  absl::StatusOr<Piece> Take();

 private:
  // What came of one data tile.
  struct Tile {
    std::string bytes;
    std::vector<absl::string_view> texts;  // views of bytes
    std::vector<tlog::Hash> leaves;
  };

  void Run();
  void FetchTiles(const SignedTiles& want);
  absl::Status FetchTile(const SignedTiles& want, std::uint64_t index, Tile* tile) const;
  absl::Status JudgeTooFew(const SignedTiles& want, std::uint64_t index, absl::string_view bytes,
                           const absl::Status& too_few) const;
  void Fail(const absl::Status& status);

  // Constant after construction.
  const Source& source_;
  const PieceRange range_;
  const std::uint64_t first_tile_;

  std::vector<Tile> tiles_;                 // each written by the worker that took its number
  std::atomic<std::size_t> next_tile_ = 0;  // of tiles_, to be fetched
  std::atomic<bool> stopping_ = false;

  Mutex mu_;
  absl::Status status_ ABSL_GUARDED_BY(mu_);  // the first failure

  std::jthread thread_;  // last: it uses the rest
};

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_PIECE_FETCH_H_
