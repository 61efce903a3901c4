// Which mirror takes bundles in: the one of their log, made when it is not there.

#ifndef SUMLOG_CLI_FED_MIRROR_H_
#define SUMLOG_CLI_FED_MIRROR_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/mirror_choice.h"
#include "ops/config.h"

namespace sumlog::cli {

// The mirror of `log_name`, of any mode that holds every record; a new one is fed by bundles alone.
// Touches nothing.
//   kInvalidArgument  no mirror of it is configured and `key` is empty; `key` is another than the
//                     configured one, or of another log; `log_name` is the origin log; the mirror
//                     holds what was looked up only
absl::StatusOr<MirrorChoice> ChooseFedMirror(const ops::Config& config, const std::string& key,
                                             const std::string& log_name);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_FED_MIRROR_H_
