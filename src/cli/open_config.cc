#include "cli/open_config.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace sumlog::cli {

absl::StatusOr<ops::Config> OpenConfig(const Context& context, const ConfigFlags& flags) {
  if (context.dir.empty()) {
    return absl::InvalidArgumentError(
        "no data directory is named\nfix: give --dir DIR, or set SUMLOG_DIR");
  }
  absl::StatusOr<ops::Config> config = ops::LoadConfig({.dir = context.dir,
                                                        .file = context.config,
                                                        .environment = context.environment,
                                                        .flags = flags});
  // A file that was named and is missing is wrong use, not a module that was not found.
  if (absl::IsNotFound(config.status())) {
    return absl::InvalidArgumentError(config.status().message());
  }
  return config;
}

absl::StatusOr<ops::Config> OpenLogConfig(const Context& context, const ConfigFlags& flags) {
  ASSIGN_OR_RETURN(ops::Config config, OpenConfig(context, flags));
  if (config.log_name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("there is no log in ", config.dir,
                                                   ": no log.name is configured\nfix: sumlog ",
                                                   "init --dir ", config.dir, " --name NAME"));
  }
  return config;
}

}  // namespace sumlog::cli
