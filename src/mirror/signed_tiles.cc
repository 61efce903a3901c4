#include "mirror/signed_tiles.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "sumlog/tlog/node_reader.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::mirror {
namespace {

constexpr std::uint64_t kWidth = tlog::kFullTileWidth;

}  // namespace

absl::StatusOr<SignedTiles> SignedTiles::Read(const tlog::TreeHead& head, std::uint64_t first,
                                              std::uint64_t count, tlog::TileReader& tiles) {
  SignedTiles read(head, first);
  const std::uint64_t end = first + count;
  const std::uint64_t full_end = std::min(end, head.size / kWidth);
  std::vector<tlog::TileId> wanted;
  for (std::uint64_t index = first / kWidth; index * kWidth < full_end; ++index) {
    wanted.push_back({.level = 1, .index = index, .width = tlog::WidestTile(1, index, head.size)});
  }
  const bool has_partial = end > full_end;
  if (has_partial) {
    wanted.push_back(
        {.level = 0, .index = full_end, .width = tlog::WidestTile(0, full_end, head.size)});
  }
  ASSIGN_OR_RETURN(std::vector<std::vector<tlog::Hash>> hashes, tiles.ReadTiles(wanted));
  if (has_partial) {
    read.last_leaves_ = std::move(hashes.back());
    hashes.pop_back();
  }
  for (std::uint64_t index = first; index < full_end; ++index) {
    read.roots_.push_back(hashes[index / kWidth - first / kWidth][index % kWidth]);
  }
  return read;
}

std::uint32_t SignedTiles::WidthOf(std::uint64_t index) const {
  return tlog::WidestTile(0, index, head_.size);
}

absl::StatusOr<std::vector<tlog::Hash>> SignedTiles::Judge(
    std::uint64_t index, absl::Span<const absl::string_view> texts) const {
  CHECK(index >= first_ && texts.size() == WidthOf(index));
  std::vector<tlog::Hash> leaves(texts.size());
  tlog::LeafHashes(texts, absl::MakeSpan(leaves));
  if (texts.size() < kWidth) {
    RETURN_IF_ERROR(CompareLeaves(index, leaves, last_leaves_));
  } else if (tlog::TileNodes(leaves).Node(tlog::kTileHeight, 0) != roots_.at(index - first_)) {
    return NotSigned(index, "");
  }
  return leaves;
}

absl::Status SignedTiles::JudgeFirst(std::uint64_t index, absl::Span<const absl::string_view> texts,
                                     absl::Span<const tlog::Hash> leaves) const {
  CHECK(texts.size() <= leaves.size());
  std::vector<tlog::Hash> came(texts.size());
  tlog::LeafHashes(texts, absl::MakeSpan(came));
  return CompareLeaves(index, came, leaves);
}

// Those that came may be fewer.
absl::Status SignedTiles::CompareLeaves(std::uint64_t index, absl::Span<const tlog::Hash> came,
                                        absl::Span<const tlog::Hash> want) const {
  for (std::size_t i = 0; i < came.size(); ++i) {
    if (came[i] == want[i]) continue;
    return NotSigned(index, absl::StrCat(", from record ", index * kWidth + i, " on"));
  }
  return absl::OkStatus();
}

absl::Status SignedTiles::NotSigned(std::uint64_t index, absl::string_view where) const {
  return absl::DataLossError(absl::StrCat(
      tlog::FormatTilePath(
          {.kind = tlog::TileId::Kind::kData, .index = index, .width = WidthOf(index)}),
      " is not that of the signed tree of ", head_.size, " records with root ",
      tlog::FormatHash(head_.root), where));
}

}  // namespace sumlog::mirror
