#include "cli/fed_mirror.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/verifier_key.h"

namespace sumlog::cli {
namespace {

absl::StatusOr<MirrorChoice> Configured(const ops::MirrorConfig& mirror,
                                        const std::optional<tlog::VerifierKey>& key) {
  if (key.has_value() && key->ToString() != mirror.key.ToString()) {
    return absl::InvalidArgumentError(absl::StrCat(
        mirror.where, "the mirror of ", mirror.name(), " has another key, ", ShortKey(mirror.key),
        ", and not ", ShortKey(*key), "; nothing was changed",
        "\nwhy: a key stands for one history, and what is here was verified under the other one"
        "\nfix: leave --key out; or, for a log that is signed with this key, another --dir"));
  }
  if (mirror.mode == ops::MirrorMode::kLookupThrough) {
    return absl::InvalidArgumentError(
        absl::StrCat(mirror.where, "the mirror of ", mirror.name(), " has mode lookup-through",
                     "\nwhy: it holds what somebody asked for, a bundle every record"
                     "\nfix: another --dir"));
  }
  return MirrorChoice{.mirror = mirror, .is_new = false};
}

}  // namespace

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
    if (mirror.name() == log_name) return Configured(mirror, given);
  }
  if (log_name == config.log_name) {
    return absl::InvalidArgumentError(
        absl::StrCat(log_name, " is the origin log of ", config.dir,
                     "\nwhy: a log is signed here, or mirrored here\nfix: another --dir for the "
                     "mirror"));
  }
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

}  // namespace sumlog::cli
