#include "backup/bring_forward.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "log/heads_on_the_way.h"
#include "log/round.h"
#include "log/store_tiles.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/tile.h"
#include "sumlog/tlog/tree_edge.h"

namespace sumlog::backup {
namespace {

constexpr std::uint64_t kWidth = tlog::kFullTileWidth;
constexpr std::size_t kTilesAtOnce = 32;

// What a source gives contradicts what it says is signed.
absl::Status FalseSource(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      what,
      "\nwhy: the source, or somebody on the way to it, has changed it after it was signed"
      "\nfix: take nothing more from it, tell its owner, and name another one: --forward-from "
      "SRC"));
}

class Forwarder {
 public:
  explicit Forwarder(const ForwardOptions& options)
      : store_(*options.store), source_(*options.source), options_(options) {}

  absl::StatusOr<std::uint64_t> Run() {
    const tlog::TreeHead& target = source_.newest().signed_head.head;
    ASSIGN_OR_RETURN(storage::StoredHead stored, store_.SignedHead());
    log::StoreTiles tiles(store_);
    ASSIGN_OR_RETURN(edge_, tlog::TreeEdge::Load(stored.size, tiles));
    const std::uint64_t begin = stored.size;
    if (begin > target.size) return 0;
    ASSIGN_OR_RETURN(const tlog::Hash root, tlog::RootFromTiles(begin, source_.Tiles()));
    if (root != edge_.Root()) {
      return absl::DataLossError(absl::StrCat(
          "the first ", begin, " records of ", source_.name(), " hash to ", tlog::FormatHash(root),
          ", those of the database to ", tlog::FormatHash(edge_.Root()),
          "\nwhy: two histories are signed by one key, and one of them is not the log's"
          "\nfix: keep both, ask a mirror or a client which head it has seen, and restore from a "
          "backup and a source of that history"));
    }
    while (edge_.size() < target.size) RETURN_IF_ERROR(TakePiece());
    RETURN_IF_ERROR(CommitTarget());
    return target.size - begin;
  }

 private:
  // Reads, verifies and commits the records up to the end of the next piece.
  absl::Status TakePiece() {
    const std::uint64_t target = source_.newest().signed_head.head.size;
    const std::uint64_t begin = edge_.size();
    const std::uint64_t end = std::min(target, begin - begin % kWidth + options_.piece_records);
    groups_.clear();
    std::uint64_t count = 0;
    for (std::uint64_t index = begin / kWidth; index * kWidth < end; ++index) {
      ASSIGN_OR_RETURN(const std::uint64_t taken, TakeTile(index, begin));
      count += taken;
      RETURN_IF_ERROR(Tell(options_.watch, {.stage = "forward",
                                            .done = begin + count - options_.base_size,
                                            .total = target - options_.base_size}));
    }
    log::RoundOutcome outcome = log::RunRound(edge_, std::move(groups_));
    if (outcome.batch.records.size() != count) return NameSecondRecord(outcome);
    outcome.batch.head = {.size = outcome.head.size, .note = {}, .signed_at = absl::UnixEpoch()};
    if (outcome.head.size == target) {
      const SourceHead& newest = source_.newest();
      if (outcome.head.root != newest.signed_head.head.root) {
        return FalseSource(absl::StrCat("the records of ", source_.name(),
                                        " do not hash to the root of its head"));
      }
      outcome.batch.head.note = newest.signed_head.note;
      outcome.batch.head.signed_at = newest.signed_at;
    }
    RETURN_IF_ERROR(store_.CommitBulk(outcome.batch));
    edge_ = std::move(outcome.edge);
    return absl::OkStatus();
  }

  // Takes the records of a data tile from number `begin` on into groups_; returns how many.
  absl::StatusOr<std::uint64_t> TakeTile(std::uint64_t index, std::uint64_t begin) {
    const std::uint32_t width = tlog::WidestTile(0, index, source_.newest().signed_head.head.size);
    ASSIGN_OR_RETURN(const std::vector<tlog::Hash> want, LeavesOf(index, width));
    ASSIGN_OR_RETURN(const storage::PackedTexts texts, source_.DataTile(index, width));
    std::uint64_t taken = 0;
    for (std::uint32_t i = 0; i < width; ++i) {
      const std::uint64_t number = index * kWidth + i;
      if (tlog::LeafHash(texts[i]) != want[i]) {
        return FalseSource(absl::StrCat("record ", number, " of ", source_.name(),
                                        " has leaf hash ",
                                        tlog::FormatHash(tlog::LeafHash(texts[i])), ", want ",
                                        tlog::FormatHash(want[i]), " of its signed tree"));
      }
      if (number < begin) continue;
      RETURN_IF_ERROR(TakeRecord(number, texts[i]));
      ++taken;
    }
    return taken;
  }

  // The verified leaf hashes of a tile, read some tiles ahead.
  absl::StatusOr<std::vector<tlog::Hash>> LeavesOf(std::uint64_t index, std::uint32_t width) {
    if (leaves_.empty() || index < leaves_begin_ || index >= leaves_begin_ + leaves_.size()) {
      std::vector<tlog::TileId> tiles;
      for (std::uint64_t next = index; tiles.size() < kTilesAtOnce; ++next) {
        const std::uint32_t next_width =
            tlog::WidestTile(0, next, source_.newest().signed_head.head.size);
        if (next_width == 0) break;
        tiles.push_back({.index = next, .width = next_width});
      }
      ASSIGN_OR_RETURN(leaves_, source_.Tiles().ReadTiles(tiles));
      leaves_begin_ = index;
    }
    std::vector<tlog::Hash> leaves = leaves_[index - leaves_begin_];
    leaves.resize(width);
    return leaves;
  }

  absl::Status TakeRecord(std::uint64_t number, absl::string_view text) {
    const absl::StatusOr<gosum::Record> record = gosum::ParseRecordText(text);
    if (!record.ok()) {
      return absl::DataLossError(absl::StrCat(
          "record ", number, " of ", source_.name(),
          " is signed, but is no record of a module version: ", record.status().message()));
    }
    ASSIGN_OR_RETURN(storage::Provenance provenance, source_.ProvenanceOf(number));
    if (groups_.empty() || groups_.back().provenance != provenance) {
      groups_.push_back({.records = {}, .provenance = std::move(provenance)});
    }
    log::RoundRecord taken{
        .key = record->module.ToString(), .text = std::string(text), .standing = std::nullopt};
    const absl::StatusOr<std::uint64_t> standing = store_.Find(taken.key);
    if (standing.ok()) {
      taken.standing = log::StandingRecord{.number = *standing, .text = {}};
    } else if (!absl::IsNotFound(standing.status())) {
      return standing.status();
    }
    groups_.back().records.push_back(std::move(taken));
    return absl::OkStatus();
  }

  // A log of ours has one record for each module version.
  absl::Status NameSecondRecord(const log::RoundOutcome& outcome) const {
    std::string key = "a module version";
    if (!outcome.conflicts.empty()) key = outcome.conflicts.front().key;
    return absl::DataLossError(
        absl::StrCat(source_.name(), " has a second record of ", key, " under a signed head"));
  }

  // A piece of an interrupted call may have ended exactly where this source does.
  absl::Status CommitTarget() {
    ASSIGN_OR_RETURN(const storage::StoredHead newest, store_.SignedHead());
    if (!log::IsOnTheWay(newest)) return absl::OkStatus();
    storage::CommitBatch batch;
    batch.expected_size = newest.size;
    batch.head = {.size = newest.size,
                  .note = source_.newest().signed_head.note,
                  .signed_at = source_.newest().signed_at};
    return store_.Commit(batch);
  }

  storage::LogStore& store_;
  RecordSource& source_;
  const ForwardOptions& options_;
  tlog::TreeEdge edge_;
  std::vector<log::RoundGroup> groups_;          // of the piece under way
  std::vector<std::vector<tlog::Hash>> leaves_;  // of the tiles from leaves_begin_ on
  std::uint64_t leaves_begin_ = 0;
};

}  // namespace

absl::StatusOr<std::uint64_t> BringForward(const ForwardOptions& options) {
  ASSIGN_OR_RETURN(const std::uint64_t count, Forwarder(options).Run());
  RETURN_IF_ERROR(log::DropHeadsOnTheWay(*options.store, options.base_size));
  return count;
}

}  // namespace sumlog::backup
