// The log behind a server of gRPC, as verbs read it.
//
// Owned by one thread.

#ifndef SUMLOG_CLI_GRPC_LOG_H_
#define SUMLOG_CLI_GRPC_LOG_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/verb.h"
#include "cli/verified_log.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::cli {

class GrpcLog : public VerifiedLog {
 public:
  // A head that came another way from the same server, verified as all others. Status codes as
  // VerifiedLog.
  virtual absl::StatusOr<tlog::SignedTreeHead> Take(absl::string_view note) = 0;
};

// Connects to flags.server. kInvalidArgument: a malformed address or key, or a wrong value of a
// flag. kUnavailable: nobody answers there.
absl::StatusOr<std::unique_ptr<GrpcLog>> OpenGrpcLog(const Context& context, const LogFlags& flags);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_GRPC_LOG_H_
