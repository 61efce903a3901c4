// Which log `mirror run` follows: what its flags say, and what the configuration has.

#ifndef SUMLOG_CLI_MIRROR_CHOICE_H_
#define SUMLOG_CLI_MIRROR_CHOICE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ops/config.h"
#include "ops/mirror_config.h"

namespace sumlog::cli {

struct MirrorFlags {
  std::vector<std::string> upstream;  // --upstream
  std::string key;                    // --key
  std::string interval;               // --interval
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

// Writes a new mirror into the configuration file, which is made when there is none, in one step.
// kInvalidArgument as ops::AddMirror, else as base/file.h.
absl::Status WriteMirror(const ops::Config& config, const ops::MirrorConfig& mirror);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_MIRROR_CHOICE_H_
