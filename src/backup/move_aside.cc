#include "backup/move_aside.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace sumlog::backup {
namespace {

constexpr int kMaxNames = 100;  // of things that are moved within one second

}  // namespace

bool FolderExists(const std::string& path) {
  struct stat info = {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool IsInTheWay(const std::string& path) {
  struct stat info = {};
  if (::lstat(path.c_str(), &info) != 0) return errno != ENOENT;
  return !S_ISDIR(info.st_mode) || (::rmdir(path.c_str()) != 0 && errno != ENOENT);
}

absl::StatusOr<std::string> MoveAside(const std::string& path, absl::string_view infix,
                                      absl::Time now) {
  const std::string name =
      absl::StrCat(path, infix, absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone()));
  absl::Status status = absl::OkStatus();
  for (int i = 1; i <= kMaxNames; ++i) {
    const std::string aside = i == 1 ? name : absl::StrCat(name, "-", i);
    status = RenameDurablyToFreeName(path, aside);
    if (status.ok()) return aside;
    if (!absl::IsAlreadyExists(status)) return status;
  }
  return status;
}

}  // namespace sumlog::backup
