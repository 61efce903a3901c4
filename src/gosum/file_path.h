// Paths of files inside a module.
//
// Pure; safe from any thread. Spec: golang.org/x/mod/module v0.42.0 CheckFilePath.

#ifndef SUMLOG_GOSUM_FILE_PATH_H_
#define SUMLOG_GOSUM_FILE_PATH_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sumlog::gosum {

// OK exactly when x/mod's module.CheckFilePath accepts the path: elements between single slashes,
// each of them a name that every supported file system can hold (so neither "." nor ".."), valid
// UTF-8. Otherwise kInvalidArgument with a reason that reads on after the path's name.
absl::Status CheckFilePath(absl::string_view path);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_FILE_PATH_H_
