#include "cli/mirror_choice.h"

#include <sys/stat.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "cli/verifier_key.h"
#include "ops/duration.h"
#include "server/log_directory.h"

namespace sumlog::cli {
namespace {

absl::Status NoneIsNamed(const ops::Config& config) {
  if (config.mirrors.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no mirror is configured in ", config.dir,
        "\nfix: name the log and where it is, the first time: --upstream URL --key VKEY"));
  }
  const std::string names = absl::StrJoin(
      config.mirrors, ", ",
      [](std::string* out, const ops::MirrorConfig& mirror) { *out += mirror.name(); });
  return absl::InvalidArgumentError(
      absl::StrCat("several mirrors are configured: ", names,
                   "\nfix: name one by its --key; or sumlog serve, which follows all of them"));
}

absl::Status CheckKey(const ops::MirrorConfig& mirror, const tlog::VerifierKey& key) {
  if (mirror.key.ToString() == key.ToString()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      mirror.where, "the mirror of ", mirror.name(), " has another key, ", ShortKey(mirror.key),
      ", and not ", ShortKey(key), "; nothing was changed",
      "\nwhy: a key stands for one history, and what is here was verified under the other one"
      "\nfix: leave --key out; or, for a log that is signed with this key, another --dir"));
}

absl::Status CheckIsNotOwn(const ops::Config& config, const std::string& log_name) {
  if (log_name != config.log_name) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      log_name, " is the origin log of ", config.dir,
      "\nwhy: a log is signed here, or mirrored here\nfix: another --dir for the mirror"));
}

absl::StatusOr<MirrorChoice> ConfiguredOrNew(const ops::Config& config, const MirrorFlags& flags) {
  if (flags.key.empty()) {
    if (config.mirrors.size() != 1) return NoneIsNamed(config);
    return MirrorChoice{.mirror = config.mirrors.front(), .is_new = false};
  }
  ASSIGN_OR_RETURN(tlog::VerifierKey key, ParseKeyFlag(flags.key));
  for (const ops::MirrorConfig& mirror : config.mirrors) {
    if (mirror.name() != key.name()) continue;
    RETURN_IF_ERROR(CheckKey(mirror, key));
    return MirrorChoice{.mirror = mirror, .is_new = false};
  }
  RETURN_IF_ERROR(CheckIsNotOwn(config, key.name()));
  if (flags.upstream.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("no mirror of ", key.name(),
                                                   " is configured in ", config.dir,
                                                   "\nfix: say where it is: --upstream URL"));
  }
  return MirrorChoice{.mirror = {.where = "",
                                 .key = std::move(key),
                                 .upstream = flags.upstream,
                                 .mode = ops::MirrorMode::kFull,
                                 .interval = ops::kDefaultMirrorInterval},
                      .is_new = true};
}

// Writes a new mirror into the configuration file, which is made when there is none, in one step.
absl::Status WriteMirror(const ops::Config& config, const ops::MirrorConfig& mirror) {
  const std::string path =
      config.file.empty() ? absl::StrCat(config.dir, "/sumlog.toml") : config.file;
  absl::StatusOr<std::string> content = ReadFile(path, ops::kMaxConfigBytes);
  if (absl::IsNotFound(content.status())) {
    content = "# sumlog; a flag wins over SUMLOG_… in the environment, that over this.\n";
  }
  RETURN_IF_ERROR(content.status());
  ASSIGN_OR_RETURN(const std::string added, ops::AddMirror(*content, mirror));
  struct stat info = {};
  const mode_t mode = ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0644;
  return ReplaceFileDurably(path, added, mode);
}

}  // namespace

absl::StatusOr<MirrorChoice> ChooseMirror(const ops::Config& config, const MirrorFlags& flags) {
  ASSIGN_OR_RETURN(MirrorChoice choice, ConfiguredOrNew(config, flags));
  ops::MirrorConfig& mirror = choice.mirror;
  if (mirror.mode != ops::MirrorMode::kFull) {
    return absl::InvalidArgumentError(absl::StrCat(
        mirror.where, "the mirror of ", mirror.name(), " has another mode than full",
        "\nwhy: its records come when somebody asks \"sumlog serve\" for them, or with "
        "bundles\nfix: mode = \"full\" and an upstream, to fetch every record"));
  }
  if (!flags.upstream.empty()) mirror.upstream = flags.upstream;
  if (mirror.upstream.size() > ops::kMaxUpstreams) {
    return absl::InvalidArgumentError(
        absl::StrCat(mirror.upstream.size(), " of --upstream, want at most ", ops::kMaxUpstreams));
  }
  if (!flags.interval.empty()) {
    const absl::StatusOr<absl::Duration> interval = ops::ParseDuration(flags.interval);
    if (!interval.ok() || *interval < ops::kLeastMirrorInterval) {
      return absl::InvalidArgumentError(
          absl::StrCat("--interval ", flags.interval, ", want a time of 1s to 24h, such as 1m"));
    }
    mirror.interval = *interval;
  }
  if (flags.max_requests_per_second.has_value()) {
    if (*flags.max_requests_per_second > ops::kMostRequestsPerSecond) {
      return absl::InvalidArgumentError(absl::StrCat("--max-requests-per-second ",
                                                     *flags.max_requests_per_second, ", want 0 to ",
                                                     ops::kMostRequestsPerSecond, "; 0: no bound"));
    }
    mirror.max_requests_per_second = static_cast<std::uint32_t>(*flags.max_requests_per_second);
  }
  if (!flags.ca.empty()) mirror.ca_file = flags.ca;
  return choice;
}

absl::StatusOr<MirrorChoice> ChooseFedMirror(const ops::Config& config, const std::string& key,
                                             const std::string& log_name) {
  std::optional<tlog::VerifierKey> given;
  if (!key.empty()) {
    ASSIGN_OR_RETURN(given, ParseKeyFlag(key));
    if (given->name() != log_name) {
      return absl::InvalidArgumentError(
          absl::StrCat("the bundle is of the log ", log_name, ", and --key of ", given->name()));
    }
  }
  for (const ops::MirrorConfig& mirror : config.mirrors) {
    if (mirror.name() != log_name) continue;
    if (given.has_value()) RETURN_IF_ERROR(CheckKey(mirror, *given));
    if (mirror.mode == ops::MirrorMode::kLookupThrough) {
      return absl::InvalidArgumentError(
          absl::StrCat(mirror.where, "the mirror of ", mirror.name(), " has mode lookup-through",
                       "\nwhy: it holds what somebody asked for, a bundle every record"
                       "\nfix: another --dir"));
    }
    return MirrorChoice{.mirror = mirror, .is_new = false};
  }
  RETURN_IF_ERROR(CheckIsNotOwn(config, log_name));
  if (!given.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no mirror of ", log_name, " is configured in ", config.dir,
                     "\nwhy: what it signs is believed under a key that you have from its owner"
                     "\nfix: name the key, the first time: --key VKEY"));
  }
  return MirrorChoice{.mirror = {.where = "",
                                 .key = *std::move(given),
                                 .upstream = {},
                                 .mode = ops::MirrorMode::kBundles,
                                 .interval = ops::kDefaultMirrorInterval},
                      .is_new = true};
}

absl::StatusOr<OpenedChoice> OpenChoice(ops::Config config, MirrorChoice choice) {
  RETURN_IF_ERROR(MakeDirectories(config.dir));
  ASSIGN_OR_RETURN(FileLock lock, server::LockDirectory(config.dir));
  ASSIGN_OR_RETURN(server::OpenedMirror opened, server::OpenMirror(config, choice.mirror, lock));
  if (choice.is_new) RETURN_IF_ERROR(WriteMirror(config, choice.mirror));
  return OpenedChoice{.config = std::move(config),
                      .mirror = std::move(choice.mirror),
                      .lock = std::move(lock),
                      .opened = std::move(opened)};
}

}  // namespace sumlog::cli
