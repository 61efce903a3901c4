// Turns a commit batch into rows of the database.
//
// Pure: no I/O, no locks, no clock. Safe from any thread.

#ifndef SUMLOG_STORAGE_ROCKSDB_BATCH_ROWS_H_
#define SUMLOG_STORAGE_ROCKSDB_BATCH_ROWS_H_

#include <array>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/rocksdb/families.h"
#include "storage/rocksdb/rows.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::storage {

// Takes rows. Within one family they come in strictly ascending order of key.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual absl::Status Put(Family family, absl::string_view key, absl::string_view value) = 0;
  // For the index: the lowest of all numbers merged under a key counts.
  virtual absl::Status Merge(Family family, absl::string_view key, absl::string_view value) = 0;
  // The row need not be there.
  virtual absl::Status Delete(Family family, absl::string_view key) = 0;
};

// What the rows of a batch depend on besides the batch: the store's right edge.
struct StoredEdge {
  // The rows of the unfinished data tile, in order; needed when the batch completes that tile.
  std::vector<TailRow> tail;
  // The partial hash tile per level (not 0); needed where the batch widens it.
  std::array<std::vector<tlog::Hash>, tlog::kMaxTileLevels> partial_tiles;
  // The newest run; a run that says the same is not written again.
  std::optional<Provenance> last_provenance;
};

// True when the batch completes the data tile that the store has begun.
bool CompletesTail(const CommitBatch& batch);

// The rows that are long: records, tail and hash tiles. `batch` has passed CheckBatch.
absl::Status WriteTileRows(const CommitBatch& batch, const StoredEdge& edge, RowSink& sink);

// The rows that need sorting: index and leaves.
absl::Status WriteIndexRows(const CommitBatch& batch, RowSink& sink);

// The rest: provenance and head.
absl::Status WriteHeadRows(const CommitBatch& batch, const StoredEdge& edge, RowSink& sink);

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_BATCH_ROWS_H_
