// Damage of our own disk, told apart from evidence of tampering.
//
// Both are kDataLoss: stop, keep the bytes. But a file that cannot be read, or has bytes that no
// program wrote, contradicts nothing that was signed: a disk did it, and a backup mends it. Whoever
// finds such bytes says so here; whoever finds signed bytes that contradict each other or their
// proof returns a plain kDataLoss.
//
// Pure; safe from any thread.

#ifndef SUMLOG_BASE_DAMAGE_H_
#define SUMLOG_BASE_DAMAGE_H_

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace sumlog {

inline constexpr absl::string_view kDamagedDataPayload = "sumlog/damaged-data";

// kDataLoss that says of itself that it is damage.
inline absl::Status DamagedData(absl::string_view message) {
  absl::Status status = absl::DataLossError(message);
  status.SetPayload(kDamagedDataPayload, absl::Cord());
  return status;
}

// Whether `status` comes from DamagedData.
inline bool IsDamagedData(const absl::Status& status) {
  return absl::IsDataLoss(status) && status.GetPayload(kDamagedDataPayload).has_value();
}

}  // namespace sumlog

#endif  // SUMLOG_BASE_DAMAGE_H_
