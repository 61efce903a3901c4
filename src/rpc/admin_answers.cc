#include "rpc/admin_answers.h"

#include <cstddef>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "log/decision.h"
#include "rpc/proto_convert.h"

namespace sumlog::rpc {
namespace {

constexpr std::size_t kDefaultPage = 100;
constexpr std::size_t kMaxPage = 1000;
// A grant may have 100 patterns of 256 bytes, and clients take messages of 4 MiB by default.
constexpr std::size_t kMaxTokenPage = 100;

absl::StatusOr<std::size_t> PageSize(std::uint32_t asked, std::size_t most = kMaxPage) {
  if (asked == 0) return kDefaultPage;
  if (asked <= most) return asked;
  return absl::InvalidArgumentError(absl::StrCat("page_size ", asked, ", want at most ", most));
}

gosum::ModuleVersion ToModule(const v1::ModuleVersion& module) {
  return {.path = module.path(), .version = module.version()};
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

void Convert(const log::EvidenceEntry& entry, v1::Conflict* out) {
  out->set_id(entry.id);
  out->set_module_version(entry.module_version);
  ToProto(entry.kept_at, out->mutable_kept_at());
}

void Convert(const admin::Grant& grant, v1::TokenGrant* out) {
  out->set_name(grant.name);
  for (const admin::Scope scope : grant.scopes) out->add_scopes(admin::ScopeName(scope));
  for (const std::string& pattern : grant.module_patterns) out->add_module_patterns(pattern);
  ToProto(grant.created_at, out->mutable_created_at());
  if (grant.expires_at != absl::InfiniteFuture()) {
    ToProto(grant.expires_at, out->mutable_expires_at());
  }
}

absl::StatusOr<admin::Grant> ToGrant(const v1::TokenGrant& message) {
  admin::Grant grant{.name = message.name(), .scopes = {}, .module_patterns = {}};
  for (const std::string& name : message.scopes()) {
    ASSIGN_OR_RETURN(const admin::Scope scope, admin::ParseScope(name));
    grant.scopes.push_back(scope);
  }
  grant.module_patterns.assign(message.module_patterns().begin(), message.module_patterns().end());
  if (message.has_expires_at()) grant.expires_at = ToTime(message.expires_at());
  return grant;
}

}  // namespace

absl::Status AdminAnswers::Freeze(const v1::FreezeRequest& request, v1::FreezeResponse* response,
                                  AdminCall* call) const {
  call->details = {{"reason", request.reason()}};
  RETURN_IF_ERROR(admin_.log->Freeze(
      {.reason = request.reason(), .who = call->who, .when = admin_.clock->Now()}));
  ToProto(*admin_.log->reader().Newest(), response->mutable_head());
  return absl::OkStatus();
}

absl::Status AdminAnswers::Thaw(const v1::ThawRequest&, v1::ThawResponse*, AdminCall*) const {
  return admin_.log->Thaw();
}

absl::Status AdminAnswers::GetStatus(const v1::GetStatusRequest&, v1::GetStatusResponse* response,
                                     AdminCall*) const {
  const log::LogStats stats = admin_.log->stats();
  response->set_log_name(admin_.log_name);
  response->set_verifier_key(admin_.verifier_key);
  ToProto(*admin_.log->reader().Newest(), response->mutable_head());
  if (const std::optional<log::FrozenState> frozen = admin_.log->frozen(); frozen.has_value()) {
    response->mutable_frozen()->set_reason(frozen->reason);
    response->mutable_frozen()->set_who(frozen->who);
    ToProto(frozen->when, response->mutable_frozen()->mutable_when());
  }
  response->set_appended_count(stats.appended);
  response->set_already_there_count(stats.already_there);
  response->set_conflict_count(stats.conflicts);
  response->set_queued_record_count(stats.queued_records);
  response->set_queued_size_bytes(stats.queued_bytes);
  if (!stats.writer.ok()) response->set_writer_error(std::string(stats.writer.message()));
  response->set_block_count(admin_.log->blocks().size());
  response->set_server_version(admin_.server_version);
  ToProto(admin_.started_at, response->mutable_started_at());
  return absl::OkStatus();
}

absl::Status AdminAnswers::ListConflicts(const v1::ListConflictsRequest& request,
                                         v1::ListConflictsResponse* response, AdminCall*) const {
  ASSIGN_OR_RETURN(const std::size_t limit, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const log::EvidencePage page,
                   admin_.log->evidence().List(limit, request.page_token()));
  for (const log::EvidenceEntry& entry : page.entries) Convert(entry, response->add_conflicts());
  response->set_next_page_token(page.next_token);
  return absl::OkStatus();
}

absl::Status AdminAnswers::GetConflict(const v1::GetConflictRequest& request,
                                       v1::GetConflictResponse* response, AdminCall* call) const {
  call->details = {{"id", request.id()}};
  ASSIGN_OR_RETURN(const log::EvidenceText evidence, admin_.log->evidence().Read(request.id()));
  Convert(evidence.entry, response->mutable_conflict());
  response->set_text(evidence.text);
  return absl::OkStatus();
}

absl::Status AdminAnswers::Block(const v1::BlockRequest& request, v1::BlockResponse*,
                                 AdminCall* call) const {
  const gosum::ModuleVersion module = ToModule(request.module());
  call->details = {{"module", module.ToString()}, {"reason", request.reason()}};
  return admin_.log->blocks().Block(
      {.module = module,
       .decision = {.reason = request.reason(), .who = call->who, .when = admin_.clock->Now()}});
}

absl::Status AdminAnswers::Unblock(const v1::UnblockRequest& request, v1::UnblockResponse*,
                                   AdminCall* call) const {
  const gosum::ModuleVersion module = ToModule(request.module());
  call->details = {{"module", module.ToString()}};
  return admin_.log->blocks().Unblock(module);
}

absl::Status AdminAnswers::ListBlocks(const v1::ListBlocksRequest& request,
                                      v1::ListBlocksResponse* response, AdminCall*) const {
  ASSIGN_OR_RETURN(const std::size_t limit, PageSize(request.page_size()));
  const std::vector<log::BlockedVersion> blocks =
      admin_.log->blocks().List(request.page_token(), limit);
  for (const log::BlockedVersion& block : blocks) {
    v1::BlockedVersion* const out = response->add_blocks();
    out->mutable_module()->set_path(block.module.path);
    out->mutable_module()->set_version(block.module.version);
    out->set_reason(block.decision.reason);
    out->set_who(block.decision.who);
    ToProto(block.decision.when, out->mutable_when());
  }
  if (blocks.size() == limit) response->set_next_page_token(blocks.back().module.ToString());
  return absl::OkStatus();
}

absl::Status AdminAnswers::CreateToken(const v1::CreateTokenRequest& request,
                                       v1::CreateTokenResponse* response, AdminCall* call) const {
  const v1::TokenGrant& grant = request.grant();
  call->details = {
      {"name", grant.name()},
      {"scopes", absl::StrJoin(grant.scopes(), ",")},
      {"module_patterns", absl::StrJoin(grant.module_patterns(), ",")},
      {"expires_at",
       grant.has_expires_at() ? FormatTimestampMicros(ToTime(grant.expires_at())) : "never"}};
  ASSIGN_OR_RETURN(const admin::Grant asked, ToGrant(grant));
  if (admin_.certificates != nullptr && admin_.certificates->HasGrant(asked.name)) {
    return absl::AlreadyExistsError(absl::StrCat(
        "the name ", asked.name, " is that of a [[client_cert]]; choose another, so that the ",
        "journal can tell who it was"));
  }
  ASSIGN_OR_RETURN(const admin::NewToken token, admin_.tokens->Create(asked));
  Convert(token.grant, response->mutable_grant());
  response->set_secret(token.secret);
  return absl::OkStatus();
}

absl::Status AdminAnswers::ListTokens(const v1::ListTokensRequest& request,
                                      v1::ListTokensResponse* response, AdminCall*) const {
  ASSIGN_OR_RETURN(const std::size_t limit, PageSize(request.page_size(), kMaxTokenPage));
  for (const admin::Grant& grant : admin_.tokens->List()) {
    if (grant.name <= request.page_token()) continue;
    if (static_cast<std::size_t>(response->grants_size()) == limit) {
      response->set_next_page_token(response->grants().rbegin()->name());
      break;
    }
    Convert(grant, response->add_grants());
  }
  return absl::OkStatus();
}

absl::Status AdminAnswers::RevokeToken(const v1::RevokeTokenRequest& request,
                                       v1::RevokeTokenResponse*, AdminCall* call) const {
  call->details = {{"name", request.name()}};
  return admin_.tokens->Revoke(request.name());
}

}  // namespace sumlog::rpc
