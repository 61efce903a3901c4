// What it means that a server did not answer a question about a log.
//
// Pure; safe from any thread.

#ifndef SUMLOG_RPC_CLIENT_LOG_FAILURE_H_
#define SUMLOG_RPC_CLIENT_LOG_FAILURE_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sumlog::rpc_client {

// A record, a signed head, a proof and a tile take less.
inline constexpr int kMaxLogAnswerBytes = 4 << 20;

// The refusals that may be a log's answer to a question. To all others an honest log has one, and
// whoever refuses it is none.
using Refusals = absl::Span<const grpc::StatusCode>;

// `failure` is not OK; `server` is the address that the caller knows.
//   kPermissionDenied  the server does not know who asks, or grants it nothing: it is one for
//                      administrators. The message has a second line, with the way out
//   kUnavailable       all others, but for the refusals of `answers`, which keep their code
// What a server says of itself is no evidence, so nothing is kDataLoss here; its words stand beside
// the message (client::ServerTextOf), all of which is ours.
absl::Status LogFailure(const grpc::Status& failure, absl::string_view server,
                        Refusals answers = {});

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_RPC_CLIENT_LOG_FAILURE_H_
