#include "backup/timeline_check.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "log/store_tiles.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/tlog/consistency.h"

namespace sumlog::backup {

absl::Status CheckContinues(const tlog::SignedTreeHead& older, const std::string& older_name,
                            const tlog::SignedTreeHead& newer, const std::string& newer_name,
                            tlog::TileReader& tiles) {
  ASSIGN_OR_RETURN(const tlog::Hash root, tlog::RootFromTiles(older.head.size, tiles));
  if (root == older.head.root) return absl::OkStatus();
  return client::WithForkedNotes(
      absl::DataLossError(absl::StrCat(
          newer_name, " does not continue ", older_name, ": two histories are signed\n  tree ",
          older.head.size, "  root ", tlog::FormatHash(older.head.root), "  in ", older_name,
          "\n  tree ", older.head.size, "  root ", tlog::FormatHash(root), "  in ", newer_name,
          ", as part of tree ", newer.head.size,
          "\nwhy: the key was used in two places, or one of the two comes from a fork"
          "\nfix: keep both as they are, and find out which one clients have seen. Nothing was put "
          "in place")),
      absl::StrCat(older.note, "\n", newer.note));
}

absl::Status CheckContinues(const tlog::SignedTreeHead& older, const std::string& older_name,
                            const tlog::SignedTreeHead& newer, const std::string& newer_name,
                            const storage::LogStore& store) {
  log::StoreTiles tiles(store);
  return CheckContinues(older, older_name, newer, newer_name, tiles);
}

}  // namespace sumlog::backup
