// The configuration of the log that a verb works on: --dir, --config, the environment, and the
// verb's own flags.

#ifndef SUMLOG_CLI_OPEN_CONFIG_H_
#define SUMLOG_CLI_OPEN_CONFIG_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "cli/verb.h"
#include "ops/config.h"

namespace sumlog::cli {

using ConfigFlags = std::map<std::string, std::string>;  // "listen.http" → value

// kInvalidArgument: no --dir, a configuration that is wrong or whose --config is missing, or one
// without an origin log; the message says how to go on. Else what the system says of the file.
absl::StatusOr<ops::Config> OpenLogConfig(const Context& context, const ConfigFlags& flags = {});

// The same, but a directory with mirrors alone is fine, too; log_name is then empty.
absl::StatusOr<ops::Config> OpenServedConfig(const Context& context, const ConfigFlags& flags = {});

// The same, but a directory without a log is fine: log_name is then empty.
absl::StatusOr<ops::Config> OpenConfig(const Context& context, const ConfigFlags& flags = {});

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_OPEN_CONFIG_H_
