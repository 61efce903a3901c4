#include "cli/open_config.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "server/log_directory.h"
#include "server/mirror_directory.h"
#include "server/new_log.h"

namespace sumlog::cli {
namespace {

// The log lies there, but nothing names it: to make another one would be the worst way on.
absl::Status LogWithoutConfig(const ops::Config& config, const std::vector<std::string>& names) {
  const std::string file =
      config.file.empty() ? absl::StrCat(config.dir, "/sumlog.toml") : config.file;
  std::string fix = absl::StrCat("write name = \"NAME\" under [log] in ", file);
  if (config.file.empty() && names.size() == 1 && server::CheckLogName(names.front()).ok()) {
    fix = absl::StrCat("printf '[log]\\nname = \"", names.front(), "\"\\n' > ", file,
                       ", and write log.anchor, log.key_file and the rest as they were");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      config.file.empty() ? absl::StrCat(file, " is missing")
                          : absl::StrCat(file, " has no log.name"),
      ", but key or database of ", absl::StrJoin(names, ", "), " lie in ", config.dir,
      "\nwhy: only the file says which log this is, and where its anchor is\nfix: ", fix));
}

// Why a configuration that names no log does not, and what to do.
absl::Status NoLog(const Context& context, const ops::Config& config) {
  const std::string own_file = absl::StrCat(config.dir, "/sumlog.toml");
  std::error_code ignored;
  if (!context.config.empty() && std::filesystem::exists(own_file, ignored)) {
    return absl::InvalidArgumentError(absl::StrCat(
        context.config, " has no log.name\nwhy: --config or SUMLOG_CONFIG names it, so ", own_file,
        " is not read\nfix: leave it out, or write [log] name into ", context.config));
  }
  const std::vector<std::string> names = server::NamesOfLogs(config.dir);
  if (!names.empty() && !server::IsUnfinished(config.dir)) return LogWithoutConfig(config, names);
  if (!config.file.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(config.file, " has no log.name, so ", config.dir,
                     " has no log\nfix: write [log] name into it; for a new log, sumlog init with "
                     "another --dir"));
  }
  if (server::IsUnfinished(config.dir)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the log in ", config.dir, " is unfinished: \"sumlog init\" was interrupted",
                     "\nfix: the same sumlog init again; cat ", config.dir,
                     "/unfinished says with which names"));
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no log in ", config.dir,
                                                 ": no log.name is configured\nfix: sumlog ",
                                                 "init --dir ", config.dir, " --name NAME"));
}

}  // namespace

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
  if (config.log_name.empty()) return NoLog(context, config);
  return config;
}

absl::StatusOr<ops::Config> OpenServedConfig(const Context& context, const ConfigFlags& flags) {
  ASSIGN_OR_RETURN(ops::Config config, OpenConfig(context, flags));
  if (!config.log_name.empty()) return config;
  if (config.mirrors.empty()) return NoLog(context, config);
  // A log whose name was taken out of the file must not be left out silently.
  std::vector<std::string> names = server::NamesOfLogs(config.dir);
  for (const ops::MirrorConfig& mirror : config.mirrors) {
    ASSIGN_OR_RETURN(const std::string file, server::MirrorFileName(mirror.name()));
    names.erase(std::remove(names.begin(), names.end(), file), names.end());
  }
  if (!names.empty()) return LogWithoutConfig(config, names);
  return config;
}

}  // namespace sumlog::cli
