#include "rpc/caller.h"

#include <grpc/grpc_security_constants.h>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "crypto/certificate.h"

namespace sumlog::rpc {
namespace {

using admin::SubjectName;

constexpr char kHeader[] = "authorization";
constexpr char kScheme[] = "bearer ";  // of any case: RFC 9110 section 11.1

absl::Status NoCredentials(const AdminContext& admin) {
  return absl::UnauthenticatedError(absl::StrCat(
      admin.certificates == nullptr ? "no token" : "no token and no client certificate",
      ": want the metadata \"authorization: Bearer slt...\", see sumlog token create",
      admin.certificates == nullptr ? "" : ", or a certificate that listen.client_ca signed"));
}

absl::StatusOr<std::string> TokenIn(const grpc::string_ref& header) {
  absl::string_view value(header.data(), header.size());
  if (!absl::StartsWithIgnoreCase(value, kScheme)) {
    return absl::UnauthenticatedError(
        "the metadata \"authorization\" does not begin with \"Bearer \"");
  }
  value.remove_prefix(sizeof(kScheme) - 1);
  return std::string(value);
}

// kNotFound: the connection has no client certificate.
absl::StatusOr<PeerCertificate> CertificateOf(const grpc::AuthContext& connection) {
  const std::vector<grpc::string_ref> pem =
      connection.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.empty()) return absl::NotFoundError("no client certificate");
  PeerCertificate certificate;
  ASSIGN_OR_RETURN(certificate.end, crypto::CertificateEnd({pem[0].data(), pem[0].size()}));
  const struct {
    const char* property;
    SubjectName::Kind kind;
  } kinds[] = {{GRPC_PEER_DNS_PROPERTY_NAME, SubjectName::Kind::kDns},
               {GRPC_PEER_URI_PROPERTY_NAME, SubjectName::Kind::kUri},
               {GRPC_PEER_EMAIL_PROPERTY_NAME, SubjectName::Kind::kEmail}};
  for (const auto& each : kinds) {
    for (const grpc::string_ref& text : connection.FindPropertyValues(each.property)) {
      certificate.names.push_back({.kind = each.kind, .text = {text.data(), text.size()}});
    }
  }
  return certificate;
}

// Fills in what the call came with.
absl::Status ReadCredentials(const Metadata& metadata, const grpc::AuthContext& connection,
                             const AdminContext& admin, Caller* caller) {
  const auto header = metadata.find(kHeader);
  if (header != metadata.end()) {
    if (metadata.count(kHeader) > 1) {
      return absl::UnauthenticatedError("the metadata \"authorization\" comes twice");
    }
    ASSIGN_OR_RETURN(caller->token, TokenIn(header->second));
    return absl::OkStatus();
  }
  if (admin.certificates == nullptr) return NoCredentials(admin);
  absl::StatusOr<PeerCertificate> certificate = CertificateOf(connection);
  if (absl::IsNotFound(certificate.status())) return NoCredentials(admin);
  if (!certificate.ok()) return absl::UnauthenticatedError(certificate.status().message());
  caller->certificate = *std::move(certificate);
  return absl::OkStatus();
}

absl::StatusOr<admin::Grant> GrantOf(const AdminContext& admin, const Caller& caller) {
  if (caller.token.has_value()) return admin.tokens->Check(*caller.token);
  if (!caller.certificate.has_value()) return admin::LocalSocketGrant();
  // TLS has seen to this, but when the connection was made.
  if (admin.clock->Now() >= caller.certificate->end) {
    return absl::UnauthenticatedError(
        absl::StrCat("the client certificate has ended at ", FormatWhen(caller.certificate->end)));
  }
  return admin.certificates->Find(caller.certificate->names);
}

}  // namespace

absl::Status Identify(const Metadata& metadata, const grpc::AuthContext& connection,
                      const AdminContext& admin, Caller* caller) {
  RETURN_IF_ERROR(ReadCredentials(metadata, connection, admin, caller));
  ASSIGN_OR_RETURN(caller->grant, GrantOf(admin, *caller));
  return absl::OkStatus();
}

absl::Status Admit(const grpc::CallbackServerContext& context, const AdminContext& admin,
                   admin::Scope scope, absl::string_view call, Caller* caller) {
  caller->peer = context.peer();
  if (!absl::StartsWith(caller->peer, "unix:")) {
    RETURN_IF_ERROR(
        ReadCredentials(context.client_metadata(), *context.auth_context(), admin, caller));
  }
  return AdmitAgain(admin, scope, call, caller);
}

absl::Status AdmitAgain(const AdminContext& admin, admin::Scope scope, absl::string_view call,
                        Caller* caller) {
  ASSIGN_OR_RETURN(caller->grant, GrantOf(admin, *caller));
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
