#include "backup/link_database.h"

#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "backup/folder_files.h"
#include "base/status_macros.h"

namespace sumlog::backup {

absl::Status LinkDatabase(const std::string& path, const std::string& made, const Watch& watch) {
  ASSIGN_OR_RETURN(const std::vector<FolderEntry> entries, ListFolder(path));
  Step step{.stage = "copy"};
  for (const FolderEntry& entry : entries) step.total += entry.size_bytes;
  const auto tell = [&](std::uint64_t bytes) {
    step.done += bytes;
    return Tell(watch, step);
  };
  for (const FolderEntry& entry : entries) {
    if (!entry.is_file || entry.name == "LOCK") continue;
    const std::string from = absl::StrCat(path, "/", entry.name);
    const std::string to = absl::StrCat(made, "/", entry.name);
    bool linked = false;
    if (absl::EndsWith(entry.name, ".sst")) {
      ASSIGN_OR_RETURN(linked, LinkFile(from, to));
    }
    if (linked) continue;
    RETURN_IF_ERROR(CheckSpace(made, entry.size_bytes, "the restored database"));
    RETURN_IF_ERROR(ReadThrough(from, to, tell).status());
  }
  return absl::OkStatus();
}

}  // namespace sumlog::backup
