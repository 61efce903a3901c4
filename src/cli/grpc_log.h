// The log behind a server of gRPC, as verbs read it.
//
// Owned by one thread.

#ifndef SUMLOG_CLI_GRPC_LOG_H_
#define SUMLOG_CLI_GRPC_LOG_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/verb.h"
#include "cli/verified_log.h"
#include "rpc_client/leaf_check.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::cli {

class GrpcLog : public VerifiedLog {
 public:
  // A head that came another way from the same server, verified as all others. Status codes as
  // VerifiedLog.
  virtual absl::StatusOr<tlog::SignedTreeHead> Take(absl::string_view note) = 0;

  // Checks that each record has the number it is said to have in the tree of `head`, which came
  // from Take. Status codes and cost as rpc_client::LogClient::CheckLeaves.
  virtual absl::Status CheckLeaves(std::vector<rpc_client::ClaimedLeaf> claims,
                                   const tlog::TreeHead& head) = 0;

  // An answer of the same server that came another way: kept with the others when one is a lie.
  virtual void Remember(absl::string_view question, absl::string_view bytes) = 0;

  // What a failure that the caller has found means: of a contradiction, what came is kept in a
  // file, which the message names. `failure` is not OK.
  virtual absl::Status Judge(const absl::Status& failure) const = 0;
};

// Connects to flags.server. kInvalidArgument: a malformed address or key, or a wrong value of a
// flag. kUnavailable: nobody answers there.
absl::StatusOr<std::unique_ptr<GrpcLog>> OpenGrpcLog(const Context& context, const LogFlags& flags);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_GRPC_LOG_H_
