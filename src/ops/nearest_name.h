// The known name that a mistyped one was meant to be.
//
// Pure; safe from any thread.

#ifndef SUMLOG_OPS_NEAREST_NAME_H_
#define SUMLOG_OPS_NEAREST_NAME_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sumlog::ops {

// The name of `candidates` that is nearest to `name` by edit distance; empty when none is near,
// that is, when more than a third of the letters differ. Names beyond 64 bytes are near to nothing.
std::string NearestName(absl::string_view name, const std::vector<std::string>& candidates);

}  // namespace sumlog::ops

#endif  // SUMLOG_OPS_NEAREST_NAME_H_
