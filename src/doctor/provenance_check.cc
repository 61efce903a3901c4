#include "doctor/provenance_check.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace sumlog::doctor {

absl::StatusOr<ProvenanceCheck::Found> ProvenanceCheck::Read(std::uint64_t number) {
  absl::StatusOr<storage::Provenance> provenance = store_.Provenance(number);
  if (provenance.ok() && !provenance->how.empty()) return Found(*std::move(provenance));
  last_failure_ = provenance.ok() ? absl::DataLossError("does not say how") : provenance.status();
  if (absl::IsDataLoss(last_failure_) || absl::IsNotFound(last_failure_)) return Found();
  return last_failure_;
}

absl::StatusOr<std::uint64_t> ProvenanceCheck::EndOfRun(std::uint64_t first, std::uint64_t last,
                                                        const Found& found) {
  ASSIGN_OR_RETURN(const Found at_last, Read(last));
  if (at_last == found) return last;
  // Invariant: `same` is in the run, `other` is not.
  std::uint64_t same = first;
  std::uint64_t other = last;
  while (other - same > 1) {
    const std::uint64_t middle = same + (other - same) / 2;
    ASSIGN_OR_RETURN(const Found at_middle, Read(middle));
    (at_middle == found ? same : other) = middle;
  }
  return same;
}

absl::Status ProvenanceCheck::Check(std::uint64_t first, std::uint64_t count) {
  const std::uint64_t last = first + count - 1;
  while (first <= last) {
    ASSIGN_OR_RETURN(const Found found, Read(first));
    if (!found.has_value() && !is_named_) {
      RETURN_IF_ERROR(problems_.NoteFailedRead(
          absl::StrCat("provenance from record ", first, " on"), last_failure_));
    }
    is_named_ = !found.has_value();
    ASSIGN_OR_RETURN(const std::uint64_t end, EndOfRun(first, last, found));
    first = end + 1;
  }
  return absl::OkStatus();
}

}  // namespace sumlog::doctor
