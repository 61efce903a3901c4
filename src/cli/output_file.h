// A file that a flag names as the place for a result.

#ifndef SUMLOG_CLI_OUTPUT_FILE_H_
#define SUMLOG_CLI_OUTPUT_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sumlog::cli {

// kAlreadyExists: there is something of this name, even a link that leads nowhere.
absl::Status CheckNameIsFree(const std::string& path);

// Writes the whole file or none of it, also when the machine stops meanwhile. What is there stays,
// unless `replace` is set: kAlreadyExists. kInvalidArgument: to be replaced is what is no regular
// file. Else as base/file.h, but kUnavailable for a missing folder.
absl::Status WriteNamedFile(const std::string& path, absl::string_view content, bool replace);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_OUTPUT_FILE_H_
