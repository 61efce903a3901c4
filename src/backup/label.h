// Labels: the names of backups below the backup folder.
//
// Pure; safe from any thread.

#ifndef SUMLOG_BACKUP_LABEL_H_
#define SUMLOG_BACKUP_LABEL_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sumlog::backup {

// Ends the name of a backup that is being made.
inline constexpr char kPartialSuffix[] = ".sumlog-partial";

// OK for 1 to 64 letters, digits, "-", "_" and ".", not beginning with a dot or a dash and not
// ending in ".sumlog-partial": nothing that could leave the folder, or that commands such as rm
// take for a flag. kInvalidArgument says what is wrong.
absl::Status CheckLabel(absl::string_view label);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_LABEL_H_
