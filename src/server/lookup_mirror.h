// A lookup-through mirror of a running server: what somebody has asked for of another's log.

#ifndef SUMLOG_SERVER_LOOKUP_MIRROR_H_
#define SUMLOG_SERVER_LOOKUP_MIRROR_H_

#include <memory>

#include "absl/status/statusor.h"
#include "base/file.h"
#include "ops/config.h"
#include "ops/logging.h"
#include "server/running_mirror.h"

namespace sumlog::server {

// Opens the mirror with what it holds; the upstream is asked only when somebody asks us. `lock` is
// that of the data directory; it and `logger`, which may be null and hears of failures, outlive the
// result. Status codes as OpenMirror and LookupThrough::Open; kInvalidArgument also: an upstream
// that is no URL, or policy.private.
absl::StatusOr<std::unique_ptr<RunningMirror>> OpenLookupMirror(const ops::Config& config,
                                                                const ops::MirrorConfig& mirror,
                                                                const FileLock& lock,
                                                                ops::Logger* logger);

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_LOOKUP_MIRROR_H_
