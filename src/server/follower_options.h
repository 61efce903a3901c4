// How a mirror of a data directory is followed, as its configuration has it: the same for a server
// and for a verb.

#ifndef SUMLOG_SERVER_FOLLOWER_OPTIONS_H_
#define SUMLOG_SERVER_FOLLOWER_OPTIONS_H_

#include "mirror/follower.h"
#include "ops/config.h"
#include "ops/mirror_config.h"
#include "server/mirror_directory.h"

namespace sumlog::server {

// `opened` is that of `mirror`, which has an upstream, and outlives the follower.
mirror::Follower::Options FollowerOptionsOf(const ops::Config& config,
                                            const ops::MirrorConfig& mirror,
                                            const OpenedMirror& opened);

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_FOLLOWER_OPTIONS_H_
