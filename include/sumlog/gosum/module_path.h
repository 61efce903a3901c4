// Syntax of module paths and versions, and their escaped forms in URLs and file names.
//
// Pure: no I/O, no locks, no clock. Safe from any thread.
// Spec: golang.org/x/mod/module v0.42.0 (CheckPath, Check, EscapePath, EscapeVersion) and
// golang.org/x/mod/semver.

#ifndef SUMLOG_GOSUM_MODULE_PATH_H_
#define SUMLOG_GOSUM_MODULE_PATH_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog::gosum {

// Bounds of ours, far above what exists: the longest path on sum.golang.org is under 300 bytes.
inline constexpr std::size_t kMaxPathSizeBytes = 1024;
inline constexpr std::size_t kMaxVersionSizeBytes = 256;

// OK exactly when x/mod's module.CheckPath accepts the path (and it is at most kMaxPathSizeBytes
// long); otherwise kInvalidArgument with the reason.
absl::Status CheckModulePath(absl::string_view path);

// Whether `version` is a canonical semantic version as go.sum has it: module.CanonicalVersion(v) ==
// v (semver.Canonical, with "+incompatible" kept), and at most kMaxVersionSizeBytes long.
bool IsCanonicalVersion(absl::string_view version);

// OK exactly when x/mod's module.Check accepts the pair and the version is canonical: a valid path,
// and major versions that match ("/v2" ↔ v2.x.x, gopkg.in rules, "+incompatible"). Check alone
// takes "v1.2" and "v1.2.3+meta" too, which neither go.sum nor a lookup may name. Otherwise
// kInvalidArgument with the reason.
absl::Status CheckModuleVersion(absl::string_view path, absl::string_view version);

// Upper-case letters become '!' and the lower-case letter. kInvalidArgument: not a valid path, or a
// version that module.EscapeVersion refuses (it takes any file name of ASCII characters but '!').
absl::StatusOr<std::string> EscapePath(absl::string_view path);
absl::StatusOr<std::string> EscapeVersion(absl::string_view version);

// The inverse; refuses what no Escape call returns.
absl::StatusOr<std::string> UnescapePath(absl::string_view escaped);
absl::StatusOr<std::string> UnescapeVersion(absl::string_view escaped);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_MODULE_PATH_H_
