// How this server calls itself when it asks another's.

#ifndef SUMLOG_SERVER_USER_AGENT_H_
#define SUMLOG_SERVER_USER_AGENT_H_

#include <string>

#include "ops/config.h"

namespace sumlog::server {

// "sumlog/1.0.0 (platform@corp.example.com)": with the contact, so that whoever runs the upstream
// can talk to whom its load comes from.
std::string UserAgent(const ops::Config& config);

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_USER_AGENT_H_
