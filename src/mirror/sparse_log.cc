#include "mirror/sparse_log.h"

#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/damage.h"
#include "base/status_macros.h"

namespace sumlog::mirror {
namespace {

std::string RecordKey(const gosum::ModuleVersion& module) {
  return absl::StrCat("part/record/", module.ToString());
}

std::string TileKey(const tlog::TileId& tile) {
  return absl::StrCat("part/tile/", tile.level, "/", tile.index);
}

}  // namespace

absl::StatusOr<std::optional<SparseRecord>> SparseLog::FindRecord(
    const gosum::ModuleVersion& module) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, store_.GetState(RecordKey(module)));
  if (!value.has_value()) return std::nullopt;
  const std::size_t end = value->find('\n');
  SparseRecord record;
  if (end == std::string::npos || !absl::SimpleAtoi(value->substr(0, end), &record.number)) {
    return DamagedData(absl::StrCat("what is kept of ", module.ToString(), " is no record"));
  }
  record.text = value->substr(end + 1);
  return record;
}

absl::Status SparseLog::PutRecord(const gosum::ModuleVersion& module, const SparseRecord& record) {
  return store_.PutState(RecordKey(module), absl::StrCat(record.number, "\n", record.text));
}

// Empty when there is none.
absl::StatusOr<std::vector<tlog::Hash>> SparseLog::Widest(const tlog::TileId& tile) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, store_.GetState(TileKey(tile)));
  if (!value.has_value()) return std::vector<tlog::Hash>();
  std::vector<tlog::Hash> hashes(value->size() / tlog::kHashSizeBytes);
  if (hashes.empty() || hashes.size() > tlog::kFullTileWidth ||
      value->size() % tlog::kHashSizeBytes != 0) {
    return DamagedData(absl::StrCat("what is kept of tile ", tile.index, " of level ", tile.level,
                                    " is of ", value->size(), " bytes"));
  }
  std::memcpy(hashes.data(), value->data(), value->size());
  return hashes;
}

absl::StatusOr<std::optional<std::vector<tlog::Hash>>> SparseLog::Find(const tlog::TileId& tile) {
  ASSIGN_OR_RETURN(std::vector<tlog::Hash> hashes, Widest(tile));
  if (hashes.size() < tile.width) return std::nullopt;
  hashes.resize(tile.width);
  return std::optional<std::vector<tlog::Hash>>(std::move(hashes));
}

absl::Status SparseLog::Keep(const tlog::TileId& tile, absl::Span<const tlog::Hash> hashes) {
  MutexLock lock(&keep_mu_);
  ASSIGN_OR_RETURN(const std::vector<tlog::Hash> kept, Widest(tile));
  if (kept.size() >= hashes.size()) return absl::OkStatus();
  return store_.PutState(TileKey(tile), std::string(tlog::HashesAsBytes(hashes)));
}

}  // namespace sumlog::mirror
