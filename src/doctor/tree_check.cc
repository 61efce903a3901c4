#include "doctor/tree_check.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "tlog/right_edge.h"
#include "tlog/subtree.h"

namespace sumlog::doctor {
namespace {

using tlog::Hash;
using tlog::kFullTileWidth;

std::string TileName(std::uint32_t level, std::uint64_t index) {
  return absl::StrCat("hash tile ", level, "/", index);
}

}  // namespace

absl::Status TreeCheck::AddDataTile(std::vector<Hash> leaves) {
  Level& level = levels_[0];
  if (level.hashes.size() == kFullTileWidth) RETURN_IF_ERROR(PushUp(0));
  CHECK(level.hashes.empty());
  const std::uint32_t width = tlog::WidestTile(0, level.index, head_.size);
  CHECK(width > 0);
  last_tile_in_doubt_ = false;
  if (leaves.size() == width) {
    level.hashes = std::move(leaves);
  } else {
    CHECK(leaves.empty());
    level.hashes.assign(width, Hash{});
    for (std::size_t i = 0; i < width; ++i) level.unknown.push_back(i);
  }
  return Judge(0);
}

absl::Status TreeCheck::Judge(std::uint32_t level) {
  Level& made = levels_[level];
  ++tiles_checked_;
  absl::StatusOr<std::vector<Hash>> stored = store_.HashTile(level, made.index);
  const std::string name = TileName(level, made.index);
  if (!stored.ok()) return problems_.NoteFailedRead(name, stored.status());
  if (stored->size() < made.hashes.size()) {
    problems_.AddContradiction(
        name, absl::StrCat("holds ", stored->size(), " hashes, want ", made.hashes.size()));
    return absl::OkStatus();
  }
  stored->resize(made.hashes.size());  // a writer may have widened it since the head was read
  Compare(level, *stored);
  return absl::OkStatus();
}

void TreeCheck::Compare(std::uint32_t level, const std::vector<Hash>& stored) {
  Level& made = levels_[level];
  for (const std::size_t entry : made.unknown) made.hashes[entry] = stored[entry];
  made.unknown.clear();
  if (made.hashes == stored) return;

  const Wrong wrong = WhichIsWrong(level, stored);
  for (std::size_t entry = 0; entry < stored.size(); ++entry) {
    if (made.hashes[entry] != stored[entry]) Name(level, entry, wrong, stored[entry]);
  }
  if (wrong == Wrong::kBelow) made.hashes = stored;
}

TreeCheck::Wrong TreeCheck::WhichIsWrong(std::uint32_t level, const std::vector<Hash>& stored) {
  const Level& made = levels_[level];
  if (stored.size() == kFullTileWidth) {
    const absl::StatusOr<std::vector<Hash>> above =
        store_.HashTile(level + 1, made.index / kFullTileWidth);
    const std::size_t entry = static_cast<std::size_t>(made.index % kFullTileWidth);
    if (!above.ok() || above->size() <= entry) return Wrong::kUnclear;
    if ((*above)[entry] == tlog::PerfectRoot(stored)) return Wrong::kBelow;
    if ((*above)[entry] == tlog::PerfectRoot(made.hashes)) return Wrong::kTile;
    return Wrong::kUnclear;
  }
  // A tile of the right edge has no parent: only the root can tell.
  std::vector<std::vector<Hash>> edge = StoredEdge();
  if (tlog::RootOfRightEdge(edge) == head_.root) return Wrong::kBelow;
  edge[level] = made.hashes;
  return tlog::RootOfRightEdge(edge) == head_.root ? Wrong::kTile : Wrong::kUnclear;
}

const std::vector<std::vector<Hash>>& TreeCheck::StoredEdge() {
  if (!stored_edge_.has_value()) {
    stored_edge_.emplace(tlog::kMaxTileLevels);
    for (const tlog::TileId& tile : tlog::RightEdgeTiles(head_.size)) {
      absl::StatusOr<std::vector<Hash>> stored = store_.HashTile(tile.level, tile.index);
      if (!stored.ok() || stored->size() < tile.width) continue;
      stored->resize(tile.width);
      (*stored_edge_)[tile.level] = *std::move(stored);
    }
  }
  return *stored_edge_;
}

void TreeCheck::Name(std::uint32_t level, std::size_t entry, Wrong wrong, const Hash& stored) {
  const Level& made = levels_[level];
  const std::string place = absl::StrCat(TileName(level, made.index), " entry ", entry);
  const std::string is = tlog::FormatHash(stored);
  const std::string computed = tlog::FormatHash(made.hashes[entry]);
  const std::uint64_t number = made.index * kFullTileWidth + entry;
  if (wrong == Wrong::kTile) {
    problems_.AddContradiction(place,
                               absl::StrCat("has ", is, ", what is below hashes to ", computed));
  } else if (wrong == Wrong::kUnclear) {
    problems_.AddContradiction(
        place, absl::StrCat("has ", is, ", what is below hashes to ", computed,
                            ", and neither leads to the level ", "above: both may be wrong"));
    if (level == 0) {
      problems_.MarkRecord(number);
      last_tile_in_doubt_ = true;
    }
  } else if (level == 0) {
    problems_.AddContradiction(
        absl::StrCat("data tile ", made.index, " record ", number),
        absl::StrCat("hashes to ", computed, ", want ", is, ", which leads to the level above"));
    problems_.MarkRecord(number);
  } else {
    problems_.AddContradiction(absl::StrCat(TileName(level - 1, number), " and what is below it"),
                               absl::StrCat("hash to ", computed, ", want ", is, " of ", place,
                                            ", which leads to the level above"));
  }
}

absl::Status TreeCheck::PushUp(std::uint32_t level) {
  for (; levels_[level].hashes.size() == kFullTileWidth; ++level) {
    CHECK(level + 1 < tlog::kMaxTileLevels);
    Level& full = levels_[level];
    Level& above = levels_[level + 1];
    if (full.unknown.empty()) {
      above.hashes.push_back(tlog::PerfectRoot(full.hashes));
    } else {
      above.unknown.push_back(above.hashes.size());
      above.hashes.emplace_back();
    }
    full.hashes.clear();
    full.unknown.clear();
    ++full.index;
    if (above.hashes.size() == kFullTileWidth) RETURN_IF_ERROR(Judge(level + 1));
  }
  return absl::OkStatus();
}

absl::Status TreeCheck::Finish() {
  if (levels_[0].hashes.size() == kFullTileWidth) RETURN_IF_ERROR(PushUp(0));
  // Level 0 has been judged as it came.
  for (std::uint32_t level = 1; level < tlog::kMaxTileLevels; ++level) {
    if (!levels_[level].hashes.empty()) RETURN_IF_ERROR(Judge(level));
  }
  return absl::OkStatus();
}

std::optional<Hash> TreeCheck::RootOfFirst(std::uint64_t size) const {
  if (last_tile_in_doubt_) return std::nullopt;
  std::vector<std::vector<Hash>> edge;
  for (const Level& level : levels_) {
    if (!level.unknown.empty()) return std::nullopt;
    edge.push_back(level.hashes);
  }
  const std::uint64_t before = levels_[0].index * kFullTileWidth;
  CHECK(size >= before && size - before <= edge[0].size());
  edge[0].resize(static_cast<std::size_t>(size - before));
  for (std::size_t level = 0; edge[level].size() == kFullTileWidth; ++level) {
    edge[level + 1].push_back(tlog::PerfectRoot(edge[level]));
    edge[level].clear();
  }
  return tlog::RootOfRightEdge(edge);
}

}  // namespace sumlog::doctor
