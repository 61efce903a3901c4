#include "rpc/caller.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "base/status_macros.h"

namespace sumlog::rpc {
namespace {

constexpr char kHeader[] = "authorization";
constexpr char kScheme[] = "bearer ";  // of any case: RFC 9110 section 11.1

absl::StatusOr<admin::Grant> FindGrant(const grpc::CallbackServerContext& context,
                                       const admin::TokenStore& tokens) {
  if (absl::StartsWith(context.peer(), "unix:")) return admin::LocalSocketGrant();
  const auto& metadata = context.client_metadata();
  const auto header = metadata.find(kHeader);
  if (header == metadata.end()) {
    return absl::UnauthenticatedError(
        "no token: want the metadata \"authorization: Bearer slt...\", see sumlog token create");
  }
  if (metadata.count(kHeader) > 1) {
    return absl::UnauthenticatedError("the metadata \"authorization\" comes twice");
  }
  absl::string_view value(header->second.data(), header->second.size());
  if (!absl::StartsWithIgnoreCase(value, kScheme)) {
    return absl::UnauthenticatedError(
        "the metadata \"authorization\" does not begin with \"Bearer \"");
  }
  value.remove_prefix(sizeof(kScheme) - 1);
  return tokens.Check(value);
}

}  // namespace

absl::Status Admit(const grpc::CallbackServerContext& context, const AdminContext& admin,
                   admin::Scope scope, absl::string_view call, Caller* caller) {
  caller->peer = context.peer();
  ASSIGN_OR_RETURN(caller->grant, FindGrant(context, *admin.tokens));
  const absl::Status status = admin::CheckScope(caller->grant, scope);
  if (status.ok()) return status;
  RETURN_IF_ERROR(admin.journal->Append({.who = caller->grant.name,
                                         .peer = caller->peer,
                                         .call = std::string(call),
                                         .details = {},
                                         .result = status},
                                        admin::Journal::Durability::kKill));
  return status;
}

}  // namespace sumlog::rpc
