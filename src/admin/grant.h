// What somebody may do to a log.
//
// A grant belongs to a token, to a client certificate, or to whoever can open the local socket. Its
// name is the "who" of the journal and of the provenance of records.
//
// Pure; safe from any thread.

#ifndef SUMLOG_ADMIN_GRANT_H_
#define SUMLOG_ADMIN_GRANT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sumlog/gosum/module_pattern.h"

namespace sumlog::admin {

enum class Scope {
  kIngest,   // add records of the modules that the patterns cover
  kOperate,  // freeze, block, back up, manage tokens; and all of kRead
  kRead,     // status, evidence, lists
};

// "ingest", "operate", "read".
const char* ScopeName(Scope scope);

// The inverse. kInvalidArgument names the three.
absl::StatusOr<Scope> ParseScope(absl::string_view name);

// Limits of a grant.
inline constexpr std::size_t kMaxGrantNameBytes = 64;
inline constexpr std::size_t kMaxModulePatterns = 100;
inline constexpr std::size_t kMaxModulePatternBytes = 256;

struct Grant {
  std::string name;           // 1 to 64 letters, digits, '-', '_' and '.'
  std::vector<Scope> scopes;  // at least one, each once
  // Go's GOPRIVATE form, on the unescaped path, one pattern each, in printable ASCII. At least one
  // with kIngest.
  std::vector<std::string> module_patterns;
  absl::Time created_at = absl::UnixEpoch();
  absl::Time expires_at = absl::InfiniteFuture();

  friend bool operator==(const Grant&, const Grant&) = default;
};

// Of whoever can open the local socket: everything, for ever. "local-socket".
Grant LocalSocketGrant();

// kInvalidArgument: no name of a grant (see Grant::name), or "local-socket", which is taken.
absl::Status CheckGrantName(absl::string_view name);

// kInvalidArgument: no scope, or one twice.
absl::Status CheckGrantScopes(const Grant& grant);

// kInvalidArgument: a name, scope or pattern that breaks the rules above; the message says which.
absl::Status CheckGrant(const Grant& grant);

// The modules that the grant may add. A grant that has passed CheckGrant has good ones.
absl::StatusOr<gosum::ModulePatterns> ModulesOf(const Grant& grant);

// OK when the grant has the scope. kPermissionDenied names the scope and the grant.
absl::Status CheckScope(const Grant& grant, Scope scope);

}  // namespace sumlog::admin

#endif  // SUMLOG_ADMIN_GRANT_H_
