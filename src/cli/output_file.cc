#include "cli/output_file.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace sumlog::cli {
namespace {

// Written beside the file under a name of this process alone, then renamed.
absl::Status CreateWhole(const std::string& path, absl::string_view content) {
  const std::string temporary = absl::StrCat(path, ".", ::getpid(), ".partial");
  absl::Status status = CreateFileDurably(temporary, content, 0644);
  if (absl::IsAlreadyExists(status)) return status;  // it is not ours
  if (status.ok()) status = RenameDurablyToFreeName(temporary, path);
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

}  // namespace

absl::Status CheckNameIsFree(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status found = std::filesystem::symlink_status(path, error);
  if (!std::filesystem::exists(found)) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(path, " is there already\nfix: choose another name, or replace it: --force"));
}

absl::Status WriteNamedFile(const std::string& path, absl::string_view content, bool replace) {
  if (!replace) {
    if (const absl::Status status = CheckNameIsFree(path); !status.ok()) return status;
  }
  const absl::Status status =
      replace ? ReplaceFileDurably(path, content, 0644) : CreateWhole(path, content);
  if (absl::IsFailedPrecondition(status)) {  // no regular file: a folder, a device
    return absl::InvalidArgumentError(absl::StrCat(status.message(), "\nfix: choose another name"));
  }
  // A missing folder is not "not in the log".
  return absl::IsNotFound(status) ? absl::UnavailableError(status.message()) : status;
}

}  // namespace sumlog::cli
