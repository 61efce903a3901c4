#include "cli/chosen_log.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "cli/verifier_key.h"
#include "log/heads_on_the_way.h"
#include "server/log_directory.h"
#include "server/mirror_directory.h"

namespace sumlog::cli {
namespace {

absl::StatusOr<ChosenLog> OpenOwn(const ops::Config& config) {
  ASSIGN_OR_RETURN(tlog::VerifierKey key, KeyOfLog(config, ""));
  ASSIGN_OR_RETURN(std::unique_ptr<storage::LogStore> store, server::OpenStoreReadOnly(config));
  ASSIGN_OR_RETURN(storage::StoredHead head, store->SignedHead());
  return ChosenLog{.key = std::move(key), .store = std::move(store), .head = std::move(head)};
}

absl::StatusOr<ChosenLog> OpenMirrored(const ops::Config& config, const ops::MirrorConfig& mirror) {
  ASSIGN_OR_RETURN(std::unique_ptr<storage::LogStore> store,
                   server::OpenMirrorReadOnly(config, mirror));
  ASSIGN_OR_RETURN(std::optional<storage::StoredHead> head, log::NewestSigned(*store));
  if (!head.has_value()) {
    return absl::NotFoundError(absl::StrCat(
        "the mirror of ", mirror.name(), " has reached no signed head yet\nfix: sumlog ",
        mirror.mode == ops::MirrorMode::kBundles ? "bundle import FILE --dir "
                                                 : "mirror run --dir ",
        config.dir));
  }
  return ChosenLog{.key = mirror.key, .store = std::move(store), .head = *std::move(head)};
}

absl::Status NoSuchLog(const ops::Config& config, const std::string& name) {
  std::vector<std::string> names;
  if (!config.log_name.empty()) names.push_back(config.log_name);
  for (const ops::MirrorConfig& mirror : config.mirrors) names.push_back(mirror.name());
  if (names.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no log and no mirror is configured in ", config.dir,
        "\nfix: --dir D of one; sumlog init makes a log, sumlog mirror run a mirror of another's"));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      name.empty() ? "several mirrors are configured in "
                   : absl::StrCat("no log or mirror named ", name, " is configured in "),
      config.dir, ", but ", absl::StrJoin(names, ", "), "\nfix: name one: --log NAME"));
}

}  // namespace

absl::StatusOr<ChosenLog> ChooseLog(const ops::Config& config, const std::string& name) {
  if (!config.log_name.empty() && (name.empty() || name == config.log_name)) {
    return OpenOwn(config);
  }
  for (const ops::MirrorConfig& mirror : config.mirrors) {
    const bool is_only = config.log_name.empty() && config.mirrors.size() == 1;
    if (name == mirror.name() || (name.empty() && is_only)) return OpenMirrored(config, mirror);
  }
  return NoSuchLog(config, name);
}

void AddLogFlag(CLI::App& verb, std::string& name) {
  verb.add_option("--log", name, "which, of the log and the mirrors in --dir (the log)")
      ->type_name("NAME");
}

}  // namespace sumlog::cli
