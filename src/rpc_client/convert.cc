#include "rpc_client/convert.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace sumlog::rpc_client {
namespace {

constexpr std::size_t kEvidenceIdDigits = 32;  // admin.proto

// It goes into commands that we tell people to run.
bool IsEvidenceId(const std::string& id) {
  return id.size() == kEvidenceIdDigits &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) { return absl::ascii_isxdigit(c); });
}

}  // namespace

absl::Status CheckText(absl::string_view what, absl::string_view text) {
  if (IsValidUtf8(text)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the ", what, " is not UTF-8"));
}

absl::StatusOr<tlog::Hash> FromBytes(const std::string& bytes) {
  tlog::Hash hash = {};
  if (bytes.size() != hash.size()) {
    return absl::UnavailableError(
        absl::StrCat("the server sent a hash of ", bytes.size(), " bytes, want ", hash.size()));
  }
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

absl::StatusOr<tlog::SignedTreeHead> FromProto(const v1::SignedHead& message) {
  tlog::SignedTreeHead head{.head = {.size = message.tree_head().size()}, .note = message.note()};
  ASSIGN_OR_RETURN(head.head.root, FromBytes(message.tree_head().root()));
  return head;
}

absl::StatusOr<AddResult> FromProto(const v1::AddResult& message) {
  if (!message.evidence_id().empty() && !IsEvidenceId(message.evidence_id())) {
    return absl::UnavailableError("the server sent an evidence id that is not 32 digits");
  }
  AddResult result{
      .number = message.number(), .reason = message.reason(), .evidence_id = message.evidence_id()};
  switch (message.outcome()) {
    case v1::AddResult::OUTCOME_APPENDED:
      result.outcome = AddResult::Outcome::kAppended;
      return result;
    case v1::AddResult::OUTCOME_ALREADY_THERE:
      result.outcome = AddResult::Outcome::kAlreadyThere;
      return result;
    case v1::AddResult::OUTCOME_REFUSED:
      result.outcome = AddResult::Outcome::kRefused;
      break;
    default:
      return absl::UnavailableError("the server does not say what became of a record");
  }
  switch (message.refusal()) {
    case v1::AddResult::REFUSAL_CONFLICT:
      result.refusal = AddResult::Refusal::kConflict;
      break;
    case v1::AddResult::REFUSAL_NOT_GRANTED:
      result.refusal = AddResult::Refusal::kNotGranted;
      break;
    case v1::AddResult::REFUSAL_FROZEN:
      result.refusal = AddResult::Refusal::kFrozen;
      break;
    default:
      result.refusal = AddResult::Refusal::kInvalid;
  }
  return result;
}

absl::Time FromProto(const google::protobuf::Timestamp& message) {
  return absl::FromUnixSeconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

Conflict FromProto(const v1::Conflict& message) {
  return {.id = message.id(),
          .module_version = message.module_version(),
          .kept_at = FromProto(message.kept_at())};
}

Block FromProto(const v1::BlockedVersion& message) {
  return {.module = {.path = message.module().path(), .version = message.module().version()},
          .decision = {
              .reason = message.reason(), .who = message.who(), .when = FromProto(message.when())}};
}

TokenGrant FromProto(const v1::TokenGrant& message) {
  TokenGrant grant{.name = message.name(), .created_at = FromProto(message.created_at())};
  grant.scopes.assign(message.scopes().begin(), message.scopes().end());
  grant.module_patterns.assign(message.module_patterns().begin(), message.module_patterns().end());
  if (message.has_expires_at()) grant.expires_at = FromProto(message.expires_at());
  return grant;
}

void ToProto(const gosum::ModuleVersion& module, v1::ModuleVersion* out) {
  out->set_path(module.path);
  out->set_version(module.version);
}

void ToProto(const gosum::Record& record, v1::Record* out) {
  ToProto(record.module, out->mutable_module());
  out->set_zip_hash(record.zip_hash);
  out->set_go_mod_hash(record.mod_hash);
}

void ToProto(const TokenGrant& grant, v1::TokenGrant* out) {
  out->set_name(grant.name);
  for (const std::string& scope : grant.scopes) out->add_scopes(scope);
  for (const std::string& pattern : grant.module_patterns) out->add_module_patterns(pattern);
  if (grant.expires_at == absl::InfiniteFuture()) return;
  const std::int64_t seconds = absl::ToUnixSeconds(grant.expires_at);
  out->mutable_expires_at()->set_seconds(seconds);
  out->mutable_expires_at()->set_nanos(static_cast<std::int32_t>(
      (grant.expires_at - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)));
}

}  // namespace sumlog::rpc_client
