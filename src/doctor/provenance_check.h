// Checks that it is known of every record how it came in.
//
// Not safe from two threads at once.

#ifndef SUMLOG_DOCTOR_PROVENANCE_CHECK_H_
#define SUMLOG_DOCTOR_PROVENANCE_CHECK_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "doctor/problem_list.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::doctor {

class ProvenanceCheck {
 public:
  // Keeps references to both, which must outlive this object.
  ProvenanceCheck(const storage::LogStore& store, ProblemList& problems)
      : store_(store), problems_(problems) {}

  // Checks records [first, first + count), count > 0; ranges must be given in order. Records that
  // came in together share their provenance, so this reads it about twice per run and not for every
  // record: between two records with the very same provenance it is taken to be the same.
  absl::Status Check(std::uint64_t first, std::uint64_t count);

 private:
  // Nothing where it is damaged.
  using Found = std::optional<storage::Provenance>;

  absl::StatusOr<Found> Read(std::uint64_t number);
  // The last number in [first, last] up to which all is as it is at `first`.
  absl::StatusOr<std::uint64_t> EndOfRun(std::uint64_t first, std::uint64_t last,
                                         const Found& found);

  const storage::LogStore& store_;
  ProblemList& problems_;
  bool is_named_ = false;      // the damage at the record before has been named
  absl::Status last_failure_;  // of Read
};

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_PROVENANCE_CHECK_H_
