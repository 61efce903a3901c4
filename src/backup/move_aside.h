// Making a place free without losing what is there.
//
// Thread rule: one caller at a time has the folder.

#ifndef SUMLOG_BACKUP_MOVE_ASIDE_H_
#define SUMLOG_BACKUP_MOVE_ASIDE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sumlog::backup {

// Whether a folder, and no link to one, is at `path`.
bool FolderExists(const std::string& path);

// Whether something is at `path`: a folder with entries, or anything else than a folder. An empty
// folder is removed.
bool IsInTheWay(const std::string& path);

// Renames `path` to a free name, "<path><infix><now>", durably, and returns that.
absl::StatusOr<std::string> MoveAside(const std::string& path, absl::string_view infix,
                                      absl::Time now);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_MOVE_ASIDE_H_
