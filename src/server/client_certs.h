// [[client_cert]] of the configuration as grants.
//
// Pure; safe from any thread.

#ifndef SUMLOG_SERVER_CLIENT_CERTS_H_
#define SUMLOG_SERVER_CLIENT_CERTS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "admin/certificate_grants.h"
#include "ops/config.h"

namespace sumlog::server {

// kInvalidArgument names file, line and key, with what it wants: a name that is none or comes twice
// (in `tokens` too: the journal must be able to tell who it was), a san that is none or comes
// twice, no scopes or unknown ones, ingest without modules, an expiry that is no time.
absl::StatusOr<std::vector<admin::CertificateGrant>> ReadCertificateGrants(
    const ops::Config& config, absl::Span<const admin::Grant> tokens);

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_CLIENT_CERTS_H_
