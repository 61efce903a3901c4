// Messages of sumlog.v1 ↔ the types of this room.
//
// Pure; safe from any thread.

#ifndef SUMLOG_RPC_CLIENT_CONVERT_H_
#define SUMLOG_RPC_CLIENT_CONVERT_H_

#include <sumlog/v1/admin.pb.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rpc_client/admin_client.h"

namespace sumlog::rpc_client {

// kInvalidArgument: `text` is not UTF-8, which no message can hold. `what` names it.
absl::Status CheckText(absl::string_view what, absl::string_view text);

absl::StatusOr<tlog::Hash> FromBytes(const std::string& bytes);  // kUnavailable: not 32 of them
absl::StatusOr<tlog::SignedTreeHead> FromProto(const v1::SignedHead& message);
// kUnavailable: no outcome, or an evidence id that is none.
absl::StatusOr<AddResult> FromProto(const v1::AddResult& message);
absl::Time FromProto(const google::protobuf::Timestamp& message);
Conflict FromProto(const v1::Conflict& message);
Block FromProto(const v1::BlockedVersion& message);
TokenGrant FromProto(const v1::TokenGrant& message);

void ToProto(const gosum::ModuleVersion& module, v1::ModuleVersion* out);
void ToProto(const gosum::Record& record, v1::Record* out);
void ToProto(const TokenGrant& grant, v1::TokenGrant* out);

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_RPC_CLIENT_CONVERT_H_
