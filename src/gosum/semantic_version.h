// Semantic versions as Go reads them: a leading "v", and "v1" or "v1.2" for short.
//
// Pure; safe from any thread. Spec: golang.org/x/mod/semver and semver.org 2.0.0.

#ifndef SUMLOG_GOSUM_SEMANTIC_VERSION_H_
#define SUMLOG_GOSUM_SEMANTIC_VERSION_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace sumlog::gosum {

// The parts of a version; views into the text that was parsed.
struct SemanticVersion {
  absl::string_view major;       // "v2"
  absl::string_view prerelease;  // "-rc.1", or empty
  absl::string_view build;       // "+incompatible", or empty
  bool is_short = false;         // "v2" or "v2.1": valid, but not canonical
};

// Nothing when semver.IsValid says no. Numbers may be of any size, but have no leading zeros.
std::optional<SemanticVersion> ParseSemanticVersion(absl::string_view text);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_SEMANTIC_VERSION_H_
