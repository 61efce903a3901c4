#include "storage/rocksdb/store_view.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/damage.h"
#include "base/status_macros.h"
#include "storage/rocksdb/slices.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::storage {
namespace {

constexpr std::uint64_t kWidth = tlog::kFullTileWidth;

// A walk over the index gives the database free after so many rows.
constexpr std::size_t kIndexRowsAtOnce = 4096;

// So does a walk over small state, after so many bytes of values.
constexpr std::size_t kStateBytesAtOnce = 1u << 20;

constexpr char kStatePrefix[] = "state/";

absl::Status NoRecord(std::uint64_t number) {
  return absl::NotFoundError(absl::StrCat("no record ", number));
}

absl::Status Missing(absl::string_view thing) {
  return DamagedData(absl::StrCat(thing, " is missing from the database"));
}

}  // namespace

std::string StateKey(absl::string_view key) { return absl::StrCat(kStatePrefix, key); }

absl::StatusOr<std::vector<StoredHead>> StoreView::SignedHeads(std::uint64_t min_size,
                                                               std::uint64_t max_size,
                                                               std::size_t limit) const {
  std::vector<StoredHead> heads;
  if (limit == 0) return heads;
  const std::uint64_t last = std::min(max_size, size_);
  RETURN_IF_ERROR(
      rows_.Scan(Family::kHeads, NumberRow(min_size),
                 [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                   ASSIGN_OR_RETURN(StoredHead head, ParseHead(key, value));
                   if (head.size > last) return false;
                   heads.push_back(std::move(head));
                   return heads.size() < limit;
                 }));
  return heads;
}

absl::StatusOr<std::vector<tlog::Hash>> StoreView::HashTile(std::uint32_t level,
                                                            std::uint64_t index) const {
  const std::uint32_t width = tlog::WidestTile(level, index, size_);
  if (width == 0) return absl::NotFoundError(absl::StrCat("no hash tile ", level, "/", index));
  if (level == 0 && width < kWidth) {
    ASSIGN_OR_RETURN(const std::vector<TailRow> tail, rows_.TailRows(index * kWidth, width));
    if (tail.size() == width) {
      std::vector<tlog::Hash> hashes;
      hashes.reserve(width);
      for (const TailRow& row : tail) hashes.push_back(row.leaf);
      return hashes;
    }
    // The tile has become full meanwhile: see row_reader.h.
  }
  rocksdb::PinnableSlice value;
  ASSIGN_OR_RETURN(const bool found,
                   rows_.Get(Family::kHashTiles, HashTileKey(level, index), &value));
  if (!found) return Missing(absl::StrCat("hash tile ", level, "/", index));
  return ParseHashTile(ToView(value), width);
}

absl::StatusOr<std::string> StoreView::Record(std::uint64_t number) const {
  if (number >= size_) return NoRecord(number);
  rocksdb::PinnableSlice value;
  if (number / kWidth == size_ / kWidth) {
    ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kTail, NumberRow(number), &value));
    if (found) {
      ASSIGN_OR_RETURN(TailRow row, ParseTailValue(ToView(value)));
      return std::move(row.text);
    }
  }
  ASSIGN_OR_RETURN(const bool found,
                   rows_.Get(Family::kRecords, NumberRow(number / kWidth), &value));
  if (!found) return Missing(absl::StrCat("record ", number));
  ASSIGN_OR_RETURN(const absl::string_view text,
                   RecordInDataTile(ToView(value), static_cast<std::uint32_t>(number % kWidth)));
  return std::string(text);
}

absl::StatusOr<PackedTexts> StoreView::DataTile(std::uint64_t index) const {
  const std::uint32_t width = tlog::WidestTile(0, index, size_);
  if (width == 0) return absl::NotFoundError(absl::StrCat("no data tile ", index));
  if (width < kWidth) {
    ASSIGN_OR_RETURN(const std::vector<TailRow> tail, rows_.TailRows(index * kWidth, width));
    if (tail.size() == width) {
      PackedTexts texts;
      for (const TailRow& row : tail) texts.Append(row.text);
      return texts;
    }
  }
  rocksdb::PinnableSlice value;
  ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kRecords, NumberRow(index), &value));
  if (!found) return Missing(absl::StrCat("data tile ", index));
  return ParseDataTile(ToView(value), width);
}

absl::StatusOr<std::uint64_t> StoreView::Find(absl::string_view key) const {
  rocksdb::PinnableSlice value;
  ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kIndex, key, &value));
  if (found) {
    ASSIGN_OR_RETURN(const std::uint64_t number, ParseNumber(ToView(value)));
    if (number < size_) return number;
  }
  return absl::NotFoundError(absl::StrCat("no index row ", key));
}

absl::StatusOr<bool> StoreView::HasLeaf(std::uint64_t number, const tlog::Hash& leaf) const {
  const absl::string_view want = tlog::HashesAsBytes(absl::MakeConstSpan(&leaf, 1));
  rocksdb::PinnableSlice value;
  if (number / kWidth == size_ / kWidth) {
    ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kTail, NumberRow(number), &value));
    if (found) return ToView(value).substr(0, want.size()) == want;
  }
  ASSIGN_OR_RETURN(const bool found,
                   rows_.Get(Family::kHashTiles, HashTileKey(0, number / kWidth), &value));
  const std::size_t offset = number % kWidth * tlog::kHashSizeBytes;
  if (!found || value.size() < offset + want.size()) {
    return Missing(absl::StrCat("leaf hash of record ", number));
  }
  return ToView(value).substr(offset, want.size()) == want;
}

absl::StatusOr<std::uint64_t> StoreView::FindLeaf(const tlog::Hash& leaf) const {
  const auto has_leaf = [this, &leaf](std::uint64_t number) { return HasLeaf(number, leaf); };
  ASSIGN_OR_RETURN(const std::optional<std::uint64_t> number,
                   rows_.FirstLeaf(leaf, size_, has_leaf));
  if (number.has_value()) return *number;
  return absl::NotFoundError(absl::StrCat("no leaf ", tlog::FormatHash(leaf)));
}

absl::StatusOr<KnownRun> StoreView::ProvenanceAround(std::uint64_t number) const {
  if (number >= size_) return NoRecord(number);
  ASSIGN_OR_RETURN(const std::optional<RowReader::Run> run,
                   rows_.RunAround(Family::kProvenance, NumberRow(number)));
  if (!run.has_value()) return Missing(absl::StrCat("provenance of record ", number));
  KnownRun known{.begin = 0, .end = size_, .provenance = {}};
  ASSIGN_OR_RETURN(known.begin, ParseNumber(run->row.key));
  ASSIGN_OR_RETURN(known.provenance, ParseProvenance(run->row.value));
  if (run->next_key.has_value()) {
    ASSIGN_OR_RETURN(const std::uint64_t next, ParseNumber(*run->next_key));
    known.end = std::min(size_, next);  // a row at or beyond the size may not stay
  }
  return known;
}

absl::StatusOr<std::optional<std::string>> StoreView::GetState(absl::string_view key) const {
  rocksdb::PinnableSlice value;
  ASSIGN_OR_RETURN(const bool found, rows_.Get(Family::kMeta, StateKey(key), &value));
  if (!found) return std::nullopt;
  return value.ToString();
}

absl::StatusOr<std::vector<IndexRow>> StoreView::IndexRows(
    const std::optional<std::string>& after) const {
  std::vector<IndexRow> rows;
  RETURN_IF_ERROR(
      rows_.Scan(Family::kIndex, after.value_or(""),
                 [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                   if (after.has_value() && key == *after) return true;
                   ASSIGN_OR_RETURN(const std::uint64_t number, ParseNumber(value));
                   if (number < size_) rows.push_back({.key = std::string(key), .number = number});
                   return rows.size() < kIndexRowsAtOnce;
                 }));
  return rows;
}

absl::StatusOr<std::vector<StoreView::StateRow>> StoreView::StateRows(
    absl::string_view prefix, const std::optional<std::string>& after) const {
  std::vector<StateRow> rows;
  std::size_t size_bytes = 0;
  RETURN_IF_ERROR(
      rows_.Scan(Family::kMeta, StateKey(after.has_value() ? *after : prefix),
                 [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                   if (!absl::ConsumePrefix(&key, kStatePrefix)) return false;
                   if (!absl::StartsWith(key, prefix)) return false;
                   if (after.has_value() && key == *after) return true;
                   size_bytes += key.size() + value.size();
                   rows.push_back({.key = std::string(key), .value = std::string(value)});
                   return size_bytes < kStateBytesAtOnce;
                 }));
  return rows;
}

}  // namespace sumlog::storage
