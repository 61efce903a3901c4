#include "server/client_certs.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"

namespace sumlog::server {
namespace {

absl::Status Wrong(const ops::ClientCertConfig& cert, absl::string_view key,
                   absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(cert.where, "client_cert.", key, ": ", what));
}

absl::StatusOr<admin::SubjectName> ReadName(const ops::ClientCertConfig& cert) {
  absl::StatusOr<admin::SubjectName> name = admin::ParseSubjectName(cert.san);
  if (!name.ok()) return Wrong(cert, "san", name.status().message());
  return name;
}

absl::StatusOr<admin::Grant> ReadGrant(const ops::ClientCertConfig& cert) {
  admin::Grant grant{.name = cert.name, .scopes = {}, .module_patterns = cert.modules};
  for (const std::string& name : cert.scopes) {
    const absl::StatusOr<admin::Scope> scope = admin::ParseScope(name);
    if (!scope.ok()) return Wrong(cert, "scopes", scope.status().message());
    grant.scopes.push_back(*scope);
  }
  // RFC 3339 with a zone; a day alone would leave open whose.
  std::string error;
  if (!cert.expires.empty() &&
      !absl::ParseTime(absl::RFC3339_sec, cert.expires, &grant.expires_at, &error)) {
    return Wrong(
        cert, "expires",
        absl::StrCat("got \"", cert.expires, "\", want a time such as \"2030-01-31T00:00:00Z\""));
  }
  if (const absl::Status status = admin::CheckGrantName(grant.name); !status.ok()) {
    return Wrong(cert, "name", status.message());
  }
  if (const absl::Status status = admin::CheckGrantScopes(grant); !status.ok()) {
    return Wrong(cert, "scopes", status.message());
  }
  if (const absl::Status status = admin::CheckGrant(grant); !status.ok()) {
    return Wrong(cert, "modules", status.message());
  }
  return grant;
}

}  // namespace

absl::StatusOr<std::vector<admin::CertificateGrant>> ReadCertificateGrants(
    const ops::Config& config, absl::Span<const admin::Grant> tokens) {
  std::map<std::string, std::string> owners;  // name of a grant → what has it
  for (const admin::Grant& token : tokens) {
    owners.emplace(token.name, "a token, see sumlog token list");
  }
  std::map<admin::SubjectName, std::string> seen;
  std::vector<admin::CertificateGrant> grants;
  for (const ops::ClientCertConfig& cert : config.client_certs) {
    ASSIGN_OR_RETURN(admin::SubjectName name, ReadName(cert));
    ASSIGN_OR_RETURN(admin::Grant grant, ReadGrant(cert));
    const std::string here = absl::StrCat("the [[client_cert]] ", grant.name);
    if (const auto taken = owners.emplace(grant.name, here); !taken.second) {
      return Wrong(cert, "name",
                   absl::StrCat("got ", grant.name, ", which is the name of ", taken.first->second,
                                "; want one of its own"));
    }
    if (const auto taken = seen.emplace(name, here); !taken.second) {
      return Wrong(cert, "san",
                   absl::StrCat("got ", cert.san, ", which is the san of ", taken.first->second,
                                " too; want one grant for each"));
    }
    grants.push_back({.name = std::move(name), .grant = std::move(grant)});
  }
  return grants;
}

}  // namespace sumlog::server
