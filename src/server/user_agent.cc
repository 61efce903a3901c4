#include "server/user_agent.h"

#include "absl/strings/str_cat.h"

namespace sumlog::server {

std::string UserAgent(const ops::Config& config) {
  const std::string program = absl::StrCat("sumlog/", SUMLOG_VERSION);
  return config.log_contact.empty() ? program
                                    : absl::StrCat(program, " (", config.log_contact, ")");
}

}  // namespace sumlog::server
