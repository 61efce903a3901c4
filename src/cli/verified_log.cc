#include "cli/verified_log.h"

#include "absl/strings/match.h"
#include "cli/grpc_log.h"

namespace sumlog::cli {

bool IsGrpcAddress(absl::string_view server) {
  return absl::StartsWith(server, "unix:") || absl::StartsWith(server, "grpc://") ||
         absl::StartsWith(server, "grpcs://");
}

absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenRemoteLog(const Context& context,
                                                           const LogFlags& flags) {
  if (IsGrpcAddress(flags.server)) return OpenGrpcLog(context, flags);
  return OpenHttpLog(context, flags);
}

absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenVerifiedLog(const Context& context,
                                                             const LogFlags& flags) {
  // A --server on the command line wins over a SUMLOG_DIR in the environment.
  const auto variable = context.environment.find("SUMLOG_DIR");
  const bool dir_is_flag = !context.dir.empty() && (variable == context.environment.end() ||
                                                    variable->second != context.dir);
  if (flags.server.empty()) {
    if (context.dir.empty()) {
      return absl::InvalidArgumentError(
          "no log is named\nfix: add --server URL --key KEY, or --dir D on the log's own machine");
    }
    return OpenLocalLog(context, flags.key);
  }
  if (dir_is_flag) {
    return absl::InvalidArgumentError(
        "both --dir and --server are given\nfix: give the one that is meant");
  }
  if (flags.key.empty()) {
    return absl::InvalidArgumentError(
        "--server needs --key\nwhy: without the log's key nothing that the server says can be "
        "verified\nfix: add --key KEY; \"sumlog keys show --dir D\" on the log's machine prints "
        "it");
  }
  return OpenRemoteLog(context, flags);
}

}  // namespace sumlog::cli
