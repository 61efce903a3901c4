// Grants as JSON, for the log's small state.
//
// Pure; safe from any thread.

#ifndef SUMLOG_ADMIN_GRANT_JSON_H_
#define SUMLOG_ADMIN_GRANT_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "admin/grant.h"
#include "crypto/sha256.h"

namespace sumlog::admin {

// A grant and the hash of the secret that stands for it.
struct HashedGrant {
  Grant grant;
  crypto::Digest hash = {};
};

// {"name":…,"scopes":[…],"module_patterns":[…],"created_at":…,"expires_at":…,"sha256":…}; times are
// microseconds since 1970, and a grant that never expires has no expires_at.
std::string FormatHashedGrant(const HashedGrant& grant);

// The inverse. kDataLoss: anything that FormatHashedGrant does not write.
absl::StatusOr<HashedGrant> ParseHashedGrant(absl::string_view json);

}  // namespace sumlog::admin

#endif  // SUMLOG_ADMIN_GRANT_JSON_H_
