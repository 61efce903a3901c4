#include "cli/tiled_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/verifier_key.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/inclusion.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::cli {
namespace {

absl::StatusOr<tlog::Hash> LeafFromTiles(std::uint64_t number, tlog::TileReader& tiles) {
  const auto position = static_cast<std::uint32_t>(number % tlog::kFullTileWidth);
  const tlog::TileId tile{.index = number / tlog::kFullTileWidth, .width = position + 1};
  ASSIGN_OR_RETURN(const std::vector<std::vector<tlog::Hash>> hashes, tiles.ReadTiles({tile}));
  return hashes.at(0).at(position);
}

}  // namespace

absl::StatusOr<tlog::SignedTreeHead> TiledLog::HeadOfSize(std::uint64_t size) {
  ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, Newest());
  if (size == newest.head.size) return newest;
  if (size > newest.head.size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there is no tree of ", size, " records yet: the newest head has ", newest.head.size));
  }
  tlog::SignedTreeHead head;
  head.head = {.size = size, .root = tlog::EmptyRoot()};
  if (size > 0) {
    ASSIGN_OR_RETURN(tlog::TileReader* const tiles, Tiles());
    ASSIGN_OR_RETURN(head.head.root, tlog::RootFromTiles(size, *tiles));
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> note, NoteOfSize(size));
  if (!note.has_value()) return head;
  ASSIGN_OR_RETURN(tlog::SignedTreeHead kept, OpenHeadOf(key(), *note));
  if (kept.head == head.head) return kept;
  return absl::DataLossError(absl::StrCat(
      "the signed head of ", size, " records has root ", tlog::FormatHash(kept.head.root),
      ", but the tree of the newest head begins with root ", tlog::FormatHash(head.head.root)));
}

absl::StatusOr<rpc_client::ProvenLeaf> TiledLog::ProveRecord(const RecordRef& record,
                                                             const tlog::TreeHead& head) {
  const tlog::Hash* const wanted = std::get_if<tlog::Hash>(&record);
  rpc_client::ProvenLeaf proven;
  if (wanted == nullptr) {
    proven.number = std::get<std::uint64_t>(record);
  } else {
    ASSIGN_OR_RETURN(proven.number, NumberOfLeaf(*wanted));
  }
  if (proven.number >= head.size) {
    const std::string outside = absl::StrCat("record number ", proven.number,
                                             " is outside a tree of ", head.size, " records");
    return wanted == nullptr ? absl::InvalidArgumentError(outside) : absl::NotFoundError(outside);
  }
  ASSIGN_OR_RETURN(tlog::TileReader* const tiles, Tiles());
  ASSIGN_OR_RETURN(proven.leaf, LeafFromTiles(proven.number, *tiles));
  if (wanted != nullptr && proven.leaf != *wanted) {
    return absl::DataLossError(absl::StrCat("the index has the leaf hash ",
                                            tlog::FormatHash(*wanted), " at record ", proven.number,
                                            ", which has another"));
  }
  ASSIGN_OR_RETURN(proven.path,
                   tlog::ProveInclusion({.index = proven.number, .tree_size = head.size}, *tiles));
  RETURN_IF_ERROR(tlog::VerifyInclusion(head, proven.number, proven.leaf, proven.path));
  return proven;
}

absl::StatusOr<std::vector<tlog::Hash>> TiledLog::ProveGrowth(const tlog::TreeHead& older,
                                                              const tlog::TreeHead& newer) {
  ASSIGN_OR_RETURN(tlog::TileReader* const tiles, Tiles());
  ASSIGN_OR_RETURN(
      std::vector<tlog::Hash> path,
      tlog::ProveConsistency({.old_size = older.size, .new_size = newer.size}, *tiles));
  RETURN_IF_ERROR(tlog::VerifyConsistency(older, newer, path));
  return path;
}

}  // namespace sumlog::cli
