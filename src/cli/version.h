// What this program is: for `version`, --version and the screens that begin with it.

#ifndef SUMLOG_CLI_VERSION_H_
#define SUMLOG_CLI_VERSION_H_

#include "absl/strings/string_view.h"

namespace sumlog::cli {

// "0.1.0".
absl::string_view Version();

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_VERSION_H_
