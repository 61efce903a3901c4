// Which failures say that an upstream contradicts what was signed: their answers are evidence.
//
// Pure; safe from any thread.

#ifndef SUMLOG_MIRROR_CONTRADICTION_H_
#define SUMLOG_MIRROR_CONTRADICTION_H_

#include "absl/status/status.h"
#include "base/damage.h"

namespace sumlog::mirror {

// Damage of our own disk (base/damage.h) is none.
inline bool IsContradiction(const absl::Status& status) {
  return (absl::IsDataLoss(status) && !IsDamagedData(status)) || absl::IsUnauthenticated(status);
}

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_CONTRADICTION_H_
