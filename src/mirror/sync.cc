#include "mirror/sync.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "log/heads_on_the_way.h"
#include "log/store_tiles.h"
#include "mirror/piece_fetch.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/tile.h"
#include "sumlog/tlog/tree_edge.h"

namespace sumlog::mirror {
namespace {

class Follower {
 public:
  explicit Follower(const SyncOptions& options) : options_(options), store_(*options.store) {}

  absl::StatusOr<SyncReport> Run() {
    RETURN_IF_ERROR(LoadStore());
    ASSIGN_OR_RETURN(report_.upstream, options_.client->Latest());
    tiles_ = options_.client->Tiles(head());
    report_.begin = report_.end = edge_.size();
    if (head().size >= edge_.size()) {
      RETURN_IF_ERROR(CheckHistory());
      RETURN_IF_ERROR(TakePieces());
    }
    return report_;
  }

 private:
  const tlog::TreeHead& head() const { return report_.upstream.head; }

  absl::Status LoadStore() {
    const absl::StatusOr<storage::StoredHead> stored = store_.SignedHead();
    if (absl::IsNotFound(stored.status())) {
      is_new_ = true;
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(stored.status());
    newest_ = *stored;
    ASSIGN_OR_RETURN(const std::optional<storage::StoredHead> newest_signed,
                     log::NewestSigned(store_));
    if (newest_signed.has_value()) signed_size_ = newest_signed->size;
    log::StoreTiles tiles(store_);
    ASSIGN_OR_RETURN(edge_, tlog::TreeEdge::Load(stored->size, tiles));
    return absl::OkStatus();
  }

  // Whether the upstream's tree begins with the records that are here.
  absl::Status CheckHistory() {
    tlog::Hash root = head().root;  // nothing is asked for while the upstream has not grown
    if (edge_.size() != head().size) {
      ASSIGN_OR_RETURN(root, tlog::RootFromTiles(edge_.size(), *tiles_));
    }
    if (root == edge_.Root()) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat("the first ", edge_.size(), " records of the upstream's signed tree of ",
                     head().size, " hash to ", tlog::FormatHash(root),
                     ", those that were verified before to ", tlog::FormatHash(edge_.Root())));
  }

  absl::Status TakePieces() {
    const std::uint64_t target = std::min(head().size, options_.until);
    const PieceFetch::Source source{.fetcher = options_.fetcher,
                                    .tiles = tiles_.get(),
                                    .head = head(),
                                    .tiles_at_once = options_.tiles_at_once};
    std::unique_ptr<PieceFetch> next = FetchNext(source, edge_.size(), target);
    while (next != nullptr) {
      ASSIGN_OR_RETURN(Piece piece, next->Take());
      next = FetchNext(source, piece.first + piece.leaves.size(), target);
      RETURN_IF_ERROR(Commit(std::move(piece)));
      if (!options_.watch) continue;
      RETURN_IF_ERROR(options_.watch({.begin = report_.begin,
                                      .done = edge_.size(),
                                      .target = target,
                                      .upstream_size = head().size,
                                      .odd_records = report_.odd_records}));
    }
    return CommitTarget();
  }

  // Null: there is no more.
  std::unique_ptr<PieceFetch> FetchNext(const PieceFetch::Source& source, std::uint64_t begin,
                                        std::uint64_t target) const {
    if (begin >= target) return nullptr;
    // To a boundary of tiles, so that no tile is asked for twice.
    const std::uint64_t end = begin - begin % tlog::kFullTileWidth + options_.piece_records;
    return std::make_unique<PieceFetch>(source,
                                        PieceRange{.begin = begin, .end = std::min(target, end)});
  }

  absl::Status Commit(Piece piece) {
    storage::CommitBatch batch;
    batch.expected_size = edge_.size();
    batch.expect_new_store = is_new_;
    batch.records = std::move(piece.texts);
    tlog::TreeEdge edge = edge_;
    batch.tiles = edge.Append(piece.leaves);
    const std::uint64_t odd = AddIndexRows(&batch);
    batch.provenance = {
        {.first = piece.first,
         .provenance = {.how = "mirror", .from = options_.from, .when = options_.clock->Now()}}};
    RETURN_IF_ERROR(CommitHead(edge, std::move(batch)));
    edge_ = std::move(edge);
    report_.end = edge_.size();
    report_.odd_records += odd;
    return absl::OkStatus();
  }

  // Returns how many records are about no module version.
  static std::uint64_t AddIndexRows(storage::CommitBatch* batch) {
    std::uint64_t odd = 0;
    batch->index.reserve(batch->records.size());
    for (std::size_t i = 0; i < batch->records.size(); ++i) {
      const absl::StatusOr<gosum::Record> record = gosum::ParseRecordText(batch->records[i]);
      if (record.ok()) {
        batch->index.push_back(
            {.key = record->module.ToString(), .number = batch->expected_size + i});
      } else {
        ++odd;
      }
    }
    return odd;
  }

  // Commits `batch`, which brings the tree to `edge`, under the upstream's head when that is its
  // size.
  absl::Status CommitHead(const tlog::TreeEdge& edge, storage::CommitBatch batch) {
    batch.head = {.size = edge.size(), .note = {}, .signed_at = options_.clock->Now()};
    if (edge.size() == head().size) {
      if (edge.Root() != head().root) {
        return absl::DataLossError(
            absl::StrCat("the verified records do not hash to the root of the signed tree of ",
                         head().size, " records"));
      }
      batch.head.note = report_.upstream.note;
    }
    RETURN_IF_ERROR(batch.records.empty() ? store_.Commit(batch) : store_.CommitBulk(batch));
    newest_ = batch.head;
    is_new_ = false;
    return absl::OkStatus();
  }

  // All records may be here already, without the head that covers them.
  absl::Status CommitTarget() {
    report_.complete = edge_.size() == head().size;
    if (!report_.complete) return absl::OkStatus();
    if (!newest_.has_value() || log::IsOnTheWay(*newest_)) {
      storage::CommitBatch batch;
      batch.expected_size = edge_.size();
      batch.expect_new_store = is_new_;
      RETURN_IF_ERROR(CommitHead(edge_, std::move(batch)));
    }
    return log::DropHeadsOnTheWay(store_, signed_size_);
  }

  const SyncOptions& options_;
  storage::LogStore& store_;
  SyncReport report_;
  std::unique_ptr<tlog::TileReader> tiles_;  // of the upstream's head

  bool is_new_ = false;                        // the store has no head yet
  std::optional<storage::StoredHead> newest_;  // of the store
  std::uint64_t signed_size_ = 0;              // of its newest head that is signed
  tlog::TreeEdge edge_;                        // of its tree
};

}  // namespace

absl::StatusOr<SyncReport> Sync(const SyncOptions& options) { return Follower(options).Run(); }

}  // namespace sumlog::mirror
