// The major version at the end of a module path, and the versions that fit it.
//
// Pure; safe from any thread. Spec: golang.org/x/mod/module v0.42.0, SplitPathVersion and
// CheckPathMajor.

#ifndef SUMLOG_GOSUM_MAJOR_SUFFIX_H_
#define SUMLOG_GOSUM_MAJOR_SUFFIX_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gosum/semantic_version.h"

namespace sumlog::gosum {

// The suffix of `path`, a view into it: "/v2" and above, or nothing; on gopkg.in always one, ".v0"
// and above, perhaps with "-unstable". kInvalidArgument: a suffix that promises a major version and
// breaks the rules ("/v1", "/v2.1", "/v02"; on gopkg.in none at all), with a reason that reads on
// after the path.
absl::StatusOr<absl::string_view> MajorSuffix(absl::string_view path);

// Whether a path with this suffix may have `version`, whose text is `text`. kInvalidArgument: got
// which major version and want which.
absl::Status CheckMajor(absl::string_view suffix, const SemanticVersion& version,
                        absl::string_view text);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_MAJOR_SUFFIX_H_
