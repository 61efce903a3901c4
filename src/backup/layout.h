// Where the parts of a backup lie in its folder.

#ifndef SUMLOG_BACKUP_LAYOUT_H_
#define SUMLOG_BACKUP_LAYOUT_H_

#include <string>

#include "absl/strings/str_cat.h"

namespace sumlog::backup {

inline std::string DatabaseOf(const std::string& backup) { return absl::StrCat(backup, "/db"); }
inline std::string ManifestOf(const std::string& backup) {
  return absl::StrCat(backup, "/manifest");
}

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_LAYOUT_H_
