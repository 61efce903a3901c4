// A full mirror of a running server: all records of another's log, served under its key.

#ifndef SUMLOG_SERVER_FULL_MIRROR_H_
#define SUMLOG_SERVER_FULL_MIRROR_H_

#include <memory>

#include "absl/status/statusor.h"
#include "base/file.h"
#include "ops/config.h"
#include "ops/logging.h"
#include "server/running_mirror.h"

namespace sumlog::server {

// Opens the mirror with what it holds; nothing is asked for before Start. `lock` is that of the
// data directory; it and `logger`, which may be null and hears of failures, outlive the result.
// Status codes as OpenMirror and FollowedLog::Open; kInvalidArgument also: an upstream that is no
// URL.
absl::StatusOr<std::unique_ptr<RunningMirror>> OpenFullMirror(const ops::Config& config,
                                                              const ops::MirrorConfig& mirror,
                                                              const FileLock& lock,
                                                              ops::Logger* logger);

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_FULL_MIRROR_H_
