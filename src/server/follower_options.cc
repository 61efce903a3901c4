#include "server/follower_options.h"

#include "server/user_agent.h"

namespace sumlog::server {

mirror::Follower::Options FollowerOptionsOf(const ops::Config& config,
                                            const ops::MirrorConfig& mirror,
                                            const OpenedMirror& opened) {
  return {.key = mirror.key,
          .upstream = {.urls = mirror.upstream,
                       .user_agent = UserAgent(config),
                       .ca_file = mirror.ca_file,
                       .max_requests_per_second = mirror.max_requests_per_second},
          .store = opened.store.get(),
          .memory = opened.memory.get(),
          .evidence_dir = opened.paths.evidence,
          .rounds_file = opened.paths.rounds,
          .interval = mirror.interval};
}

}  // namespace sumlog::server
