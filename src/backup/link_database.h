// A second database from the files of one that nobody writes.
//
// Thread rule: one restore at a time has the data directory.

#ifndef SUMLOG_BACKUP_LINK_DATABASE_H_
#define SUMLOG_BACKUP_LINK_DATABASE_H_

#include <string>

#include "absl/status/status.h"
#include "backup/watch.h"

namespace sumlog::backup {

// Makes `made`, an empty folder, a database like the one in `path`. Table files, which never
// change, are shared where the file system can do that; the rest is copied and synced.
// kResourceExhausted: no space; else as folder_files.h, or what the watch has said.
absl::Status LinkDatabase(const std::string& path, const std::string& made, const Watch& watch);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_LINK_DATABASE_H_
