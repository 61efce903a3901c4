#include "storage/batch_check.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::storage {
namespace {

absl::Status CheckExpectation(const CommitBatch& batch, const std::optional<StoredHead>& newest) {
  if (batch.expect_new_store && newest.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the store has a head of size ", newest->size, ", want a new store"));
  }
  if (!batch.expect_new_store && !newest.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the store has no head yet, want one of size ", batch.expected_size));
  }
  if (newest.has_value() && newest->size != batch.expected_size) {
    return absl::FailedPreconditionError(
        absl::StrCat("the newest head has size ", newest->size, ", want ", batch.expected_size));
  }
  return absl::OkStatus();
}

absl::Status CheckSizes(const CommitBatch& batch) {
  if (batch.expect_new_store && batch.expected_size != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a new store has size 0, not ", batch.expected_size));
  }
  const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - batch.expected_size;
  if (batch.records.size() > room ||
      batch.head.size != batch.expected_size + batch.records.size()) {
    return absl::InvalidArgumentError(absl::StrCat("head of size ", batch.head.size, " over ",
                                                   batch.expected_size, " + ", batch.records.size(),
                                                   " records"));
  }
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    if (batch.records[i].size() > kMaxRecordBytes) {
      return absl::InvalidArgumentError(absl::StrCat("record ", batch.expected_size + i, " has ",
                                                     batch.records[i].size(),
                                                     " bytes, want at most ", kMaxRecordBytes));
    }
  }
  return absl::OkStatus();
}

// The growths must be exactly the hashes that the tree gains, level by level, tile by tile.
absl::Status CheckTiles(const CommitBatch& batch) {
  std::size_t next = 0;
  for (std::uint32_t level = 0; level < tlog::kMaxTileLevels; ++level) {
    const std::uint64_t end = tlog::LevelSize(level, batch.head.size);
    std::uint64_t position = tlog::LevelSize(level, batch.expected_size);
    for (; position < end; ++next) {
      const std::uint64_t index = position / tlog::kFullTileWidth;
      const std::uint64_t first = position % tlog::kFullTileWidth;
      const std::uint64_t count = std::min(tlog::kFullTileWidth - first, end - position);
      if (next == batch.tiles.size()) {
        return absl::InvalidArgumentError(absl::StrCat("no growth of hash tile ", level, "/", index,
                                                       ", want ", count, " hashes from position ",
                                                       first));
      }
      const tlog::TileGrowth& growth = batch.tiles[next];
      if (growth.level != level || growth.index != index || growth.first != first ||
          growth.hashes.size() != count) {
        return absl::InvalidArgumentError(
            absl::StrCat("growth ", next, " is of hash tile ", growth.level, "/", growth.index,
                         " by ", growth.hashes.size(), " from position ", growth.first, ", want ",
                         level, "/", index, " by ", count, " from position ", first));
      }
      position += count;
    }
  }
  if (next != batch.tiles.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(batch.tiles.size(), " growths of hash tiles, want ", next));
  }
  return absl::OkStatus();
}

absl::Status CheckIndex(const CommitBatch& batch) {
  for (const IndexRow& row : batch.index) {
    if (row.key.size() > kMaxKeyBytes) {
      return absl::InvalidArgumentError(absl::StrCat("index key of record ", row.number, " has ",
                                                     row.key.size(), " bytes, want at most ",
                                                     kMaxKeyBytes));
    }
    if (row.number < batch.expected_size || row.number >= batch.head.size) {
      return absl::InvalidArgumentError(absl::StrCat("index row ", row.key, " points to record ",
                                                     row.number, ", want one of the new records ",
                                                     batch.expected_size, " to ", batch.head.size));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckProvenance(const CommitBatch& batch) {
  if (batch.records.empty() != batch.provenance.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(batch.provenance.size(), " provenance runs for ",
                                                   batch.records.size(), " records"));
  }
  for (std::size_t i = 0; i < batch.provenance.size(); ++i) {
    const ProvenanceRun& run = batch.provenance[i];
    const std::uint64_t least = i == 0 ? batch.expected_size : batch.provenance[i - 1].first + 1;
    const bool in_place = i == 0 ? run.first == least : run.first >= least;
    if (!in_place || run.first >= batch.head.size) {
      return absl::InvalidArgumentError(
          absl::StrCat("provenance run ", i, " starts at record ", run.first, ", want ",
                       i == 0 ? "" : "at least ", least, ", below ", batch.head.size));
    }
    if (run.provenance.how.size() > kMaxProvenanceBytes ||
        run.provenance.from.size() > kMaxProvenanceBytes) {
      return absl::InvalidArgumentError(absl::StrCat("provenance of record ", run.first,
                                                     " is over ", kMaxProvenanceBytes, " bytes"));
    }
  }
  return absl::OkStatus();
}

// A commit drops older heads only: neither its own nor the one that it builds on.
absl::Status CheckDroppedHeads(const CommitBatch& batch) {
  const std::vector<std::uint64_t>& sizes = batch.dropped_heads;
  if (sizes.size() > kMaxDroppedHeads) {
    return absl::InvalidArgumentError(
        absl::StrCat(sizes.size(), " heads to drop, want at most ", kMaxDroppedHeads));
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] >= batch.expected_size || (i > 0 && sizes[i] <= sizes[i - 1])) {
      return absl::InvalidArgumentError(
          absl::StrCat("head of size ", sizes[i], " to drop at position ", i,
                       ", want ascending sizes below ", batch.expected_size));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckBatch(const CommitBatch& batch, const std::optional<StoredHead>& newest) {
  RETURN_IF_ERROR(CheckExpectation(batch, newest));
  RETURN_IF_ERROR(CheckSizes(batch));
  RETURN_IF_ERROR(CheckTiles(batch));
  RETURN_IF_ERROR(CheckIndex(batch));
  RETURN_IF_ERROR(CheckProvenance(batch));
  return CheckDroppedHeads(batch);
}

StoredHead KeptHead(const StoredHead& head) {
  StoredHead kept = head;
  kept.signed_at = absl::FromUnixMicros(absl::ToUnixMicros(head.signed_at));
  return kept;
}

absl::Status CheckState(absl::string_view key, const std::optional<std::string>& value) {
  if (key.size() > kMaxKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("state key has ", key.size(), " bytes, want at most ", kMaxKeyBytes));
  }
  if (value.has_value() && value->size() > kMaxStateBytes) {
    return absl::InvalidArgumentError(absl::StrCat("state ", key, " has ", value->size(),
                                                   " bytes, want at most ", kMaxStateBytes));
  }
  return absl::OkStatus();
}

}  // namespace sumlog::storage
