// Who has a data directory, asked without getting in the way.

#ifndef SUMLOG_CLI_SERVED_H_
#define SUMLOG_CLI_SERVED_H_

#include <string>

#include "absl/status/statusor.h"

namespace sumlog::cli {

// Whether some process holds the lock file at `path` (base/file.h, FileLock). A missing file is
// held by nobody; the system's own errors otherwise. Takes no lock, not for a moment: a server that
// starts just then gets it.
absl::StatusOr<bool> IsLocked(const std::string& path);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_SERVED_H_
