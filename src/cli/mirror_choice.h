// Which mirror a verb brings up to date: what its flags say, and what the configuration has.

#ifndef SUMLOG_CLI_MIRROR_CHOICE_H_
#define SUMLOG_CLI_MIRROR_CHOICE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file.h"
#include "ops/config.h"
#include "ops/mirror_config.h"
#include "server/mirror_directory.h"

namespace sumlog::cli {

struct MirrorFlags {
  std::vector<std::string> upstream = {};                     // --upstream
  std::string key = {};                                       // --key
  std::string interval = {};                                  // --interval
  std::optional<std::uint64_t> max_requests_per_second = {};  // --max-requests-per-second
  std::string ca = {};                                        // --ca
};

struct MirrorChoice {
  ops::MirrorConfig mirror;
  bool is_new = false;  // not in the configuration yet
};

// Flags win over what the file says of the same mirror, for this run alone. Touches nothing.
//   kInvalidArgument  a wrong value; no mirror is named and not exactly one is configured; a key
//                     that is another than the configured one of the same name, or of the origin
//                     log's name; a mirror that is not a full one
absl::StatusOr<MirrorChoice> ChooseMirror(const ops::Config& config, const MirrorFlags& flags);

// The mirror that bundles of `log_name` feed, of any mode that holds every record; a new one is fed
// by bundles alone. Touches nothing.
//   kInvalidArgument  no mirror of it is configured and `key` is empty; `key` is another than the
//                     configured one, or of another log; `log_name` is the origin log; the mirror
//                     holds what was looked up only
absl::StatusOr<MirrorChoice> ChooseFedMirror(const ops::Config& config, const std::string& key,
                                             const std::string& log_name);

// A mirror with its directory locked and its database open.
struct OpenedChoice {
  ops::Config config;
  ops::MirrorConfig mirror;
  FileLock lock;
  server::OpenedMirror opened;
};

// Opens it, and makes what is missing: the directory, the mirror's part of it, the configuration.
// Status codes as server::LockDirectory, server::OpenMirror, ops::AddMirror and base/file.h.
absl::StatusOr<OpenedChoice> OpenChoice(ops::Config config, MirrorChoice choice);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_MIRROR_CHOICE_H_
