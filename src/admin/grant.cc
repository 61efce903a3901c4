#include "admin/grant.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"

namespace sumlog::admin {
namespace {

constexpr char kLocalSocketName[] = "local-socket";

bool HasScope(const Grant& grant, Scope scope) {
  return std::find(grant.scopes.begin(), grant.scopes.end(), scope) != grant.scopes.end();
}

// Module paths are ASCII: a pattern with other letters covers nothing that it seems to.
bool IsPrintableAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
}

absl::Status CheckPatterns(const Grant& grant) {
  if (grant.module_patterns.size() > kMaxModulePatterns) {
    return absl::InvalidArgumentError(absl::StrCat(
        grant.module_patterns.size(), " module patterns, want at most ", kMaxModulePatterns));
  }
  for (const std::string& pattern : grant.module_patterns) {
    ASSIGN_OR_RETURN(const gosum::ModulePatterns parsed, gosum::ModulePatterns::Parse(pattern));
    if (parsed.empty() || absl::StrContains(pattern, ',') || !IsPrintableAscii(pattern) ||
        pattern.size() > kMaxModulePatternBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", absl::CHexEscape(pattern.substr(0, kMaxModulePatternBytes)),
                       "\" is no module pattern: want one of at most ", kMaxModulePatternBytes,
                       " bytes of printable ASCII, like corp.example/*"));
    }
  }
  if (HasScope(grant, Scope::kIngest) && grant.module_patterns.empty()) {
    return absl::InvalidArgumentError(
        "the scope ingest needs module patterns: which modules may be added");
  }
  return absl::OkStatus();
}

}  // namespace

const char* ScopeName(Scope scope) {
  switch (scope) {
    case Scope::kIngest:
      return "ingest";
    case Scope::kOperate:
      return "operate";
    case Scope::kRead:
      break;
  }
  return "read";
}

absl::StatusOr<Scope> ParseScope(absl::string_view name) {
  for (const Scope scope : {Scope::kIngest, Scope::kOperate, Scope::kRead}) {
    if (name == ScopeName(scope)) return scope;
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", absl::CHexEscape(name.substr(0, 40)),
                                                 "\" is no scope: want ingest, operate or read"));
}

Grant LocalSocketGrant() {
  return {.name = kLocalSocketName,
          .scopes = {Scope::kIngest, Scope::kOperate, Scope::kRead},
          .module_patterns = {"*"}};
}

absl::Status CheckGrantName(absl::string_view name) {
  const bool good_length = !name.empty() && name.size() <= kMaxGrantNameBytes;
  const bool good_characters = std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
  if (!good_length || !good_characters) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", absl::CHexEscape(name.substr(0, kMaxGrantNameBytes)),
                     "\" is no name of a grant: want 1 to ", kMaxGrantNameBytes,
                     " letters, digits, \"-\", \"_\" and \".\""));
  }
  if (name == kLocalSocketName) {
    return absl::InvalidArgumentError(
        absl::StrCat("the name \"", kLocalSocketName, "\" is taken by the local socket"));
  }
  return absl::OkStatus();
}

absl::Status CheckGrantScopes(const Grant& grant) {
  if (grant.scopes.empty()) {
    return absl::InvalidArgumentError("no scope: want at least one of ingest, operate and read");
  }
  for (const Scope scope : grant.scopes) {
    if (std::count(grant.scopes.begin(), grant.scopes.end(), scope) > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("the scope ", ScopeName(scope), " is there twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckGrant(const Grant& grant) {
  RETURN_IF_ERROR(CheckGrantName(grant.name));
  RETURN_IF_ERROR(CheckGrantScopes(grant));
  return CheckPatterns(grant);
}

absl::StatusOr<gosum::ModulePatterns> ModulesOf(const Grant& grant) {
  return gosum::ModulePatterns::Parse(absl::StrJoin(grant.module_patterns, ","));
}

absl::Status CheckScope(const Grant& grant, Scope scope) {
  if (HasScope(grant, scope)) return absl::OkStatus();
  if (scope == Scope::kRead && HasScope(grant, Scope::kOperate)) return absl::OkStatus();
  const auto append_name = [](std::string* out, Scope s) { out->append(ScopeName(s)); };
  return absl::PermissionDeniedError(absl::StrCat("this call needs the scope ", ScopeName(scope),
                                                  "; the grant ", grant.name, " has ",
                                                  absl::StrJoin(grant.scopes, ", ", append_name)));
}

}  // namespace sumlog::admin
