#include "storage/rocksdb/batch_rows.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/check.h"
#include "base/status_macros.h"

namespace sumlog::storage {
namespace {

constexpr std::uint64_t kWidth = tlog::kFullTileWidth;

// The leaf hashes of the batch's records, in order: what level 0 gained.
std::vector<const tlog::Hash*> LeavesOf(const CommitBatch& batch) {
  std::vector<const tlog::Hash*> leaves;
  leaves.reserve(batch.records.size());
  for (const tlog::TileGrowth& growth : batch.tiles) {
    if (growth.level != 0) break;
    for (const tlog::Hash& leaf : growth.hashes) leaves.push_back(&leaf);
  }
  CHECK(leaves.size() == batch.records.size());
  return leaves;
}

absl::Status WriteRecordRows(const CommitBatch& batch, const StoredEdge& edge, RowSink& sink) {
  const std::vector<const tlog::Hash*> leaves = LeavesOf(batch);
  const std::uint64_t tail_begin = batch.head.size - batch.head.size % kWidth;
  std::vector<absl::string_view> tile;
  tile.reserve(kWidth);
  if (CompletesTail(batch)) {
    for (const TailRow& row : edge.tail) tile.emplace_back(row.text);
  }
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    const std::uint64_t number = batch.expected_size + i;
    if (number >= tail_begin) {
      RETURN_IF_ERROR(
          sink.Put(Family::kTail, NumberRow(number), TailValue(*leaves[i], batch.records[i])));
      continue;
    }
    tile.push_back(batch.records[i]);
    if ((number + 1) % kWidth != 0) continue;
    RETURN_IF_ERROR(sink.Put(Family::kRecords, NumberRow(number / kWidth), DataTileValue(tile)));
    tile.clear();
  }
  return absl::OkStatus();
}

absl::Status WriteHashTileRows(const CommitBatch& batch, const StoredEdge& edge, RowSink& sink) {
  for (const tlog::TileGrowth& growth : batch.tiles) {
    const std::uint64_t width = growth.first + growth.hashes.size();
    // The partial level-0 tile is the leaf hashes in the tail rows.
    if (growth.level == 0 && width < kWidth) continue;
    std::string value;
    value.reserve(width * tlog::kHashSizeBytes);
    const auto append = [&value](absl::Span<const tlog::Hash> hashes) {
      const absl::string_view bytes = tlog::HashesAsBytes(hashes);
      value.append(bytes.data(), bytes.size());
    };
    if (growth.first > 0 && growth.level == 0) {
      for (const TailRow& row : edge.tail) append(absl::MakeConstSpan(&row.leaf, 1));
    } else if (growth.first > 0) {
      append(edge.partial_tiles[growth.level]);
    }
    append(growth.hashes);
    CHECK(value.size() == width * tlog::kHashSizeBytes);
    RETURN_IF_ERROR(sink.Put(Family::kHashTiles, HashTileKey(growth.level, growth.index), value));
  }
  return absl::OkStatus();
}

}  // namespace

bool CompletesTail(const CommitBatch& batch) {
  return batch.expected_size % kWidth != 0 &&
         batch.expected_size / kWidth != batch.head.size / kWidth;
}

absl::Status WriteTileRows(const CommitBatch& batch, const StoredEdge& edge, RowSink& sink) {
  RETURN_IF_ERROR(WriteRecordRows(batch, edge, sink));
  return WriteHashTileRows(batch, edge, sink);
}

absl::Status WriteIndexRows(const CommitBatch& batch, RowSink& sink) {
  std::vector<std::pair<absl::string_view, std::uint64_t>> rows;
  rows.reserve(batch.index.size());
  for (const IndexRow& row : batch.index) rows.emplace_back(row.key, row.number);
  std::sort(rows.begin(), rows.end());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0 && rows[i].first == rows[i - 1].first) continue;  // the lowest number came first
    RETURN_IF_ERROR(sink.Merge(Family::kIndex, rows[i].first, NumberRow(rows[i].second)));
  }

  std::vector<std::string> leaf_keys;
  leaf_keys.reserve(batch.records.size());
  std::uint64_t number = batch.expected_size;
  for (const tlog::Hash* leaf : LeavesOf(batch)) leaf_keys.push_back(LeafKey(*leaf, number++));
  std::sort(leaf_keys.begin(), leaf_keys.end());
  for (const std::string& key : leaf_keys) RETURN_IF_ERROR(sink.Put(Family::kLeaves, key, ""));
  return absl::OkStatus();
}

absl::Status WriteHeadRows(const CommitBatch& batch, const StoredEdge& edge, RowSink& sink) {
  const std::optional<Provenance>& last = edge.last_provenance;
  std::string last_value = last.has_value() ? ProvenanceValue(*last) : "";
  for (const ProvenanceRun& run : batch.provenance) {
    std::string value = ProvenanceValue(run.provenance);
    if (value == last_value) continue;
    RETURN_IF_ERROR(sink.Put(Family::kProvenance, NumberRow(run.first), value));
    last_value = std::move(value);
  }
  for (const std::uint64_t size : batch.dropped_heads) {
    RETURN_IF_ERROR(sink.Delete(Family::kHeads, NumberRow(size)));
  }
  return sink.Put(Family::kHeads, NumberRow(batch.head.size), HeadValue(batch.head));
}

}  // namespace sumlog::storage
