#include "doctor/problem_list.h"

#include <utility>

namespace sumlog::doctor {

void ProblemList::Add(FsckProblem problem) {
  ++report_.problem_count;
  if (problem.signed_contradiction) ++report_.contradiction_count;
  if (report_.problems.size() < kMaxFsckProblems) report_.problems.push_back(std::move(problem));
}

void ProblemList::Add(std::string thing, std::string what) {
  Add({.thing = std::move(thing), .what = std::move(what), .signed_contradiction = false});
}

void ProblemList::AddContradiction(std::string thing, std::string what) {
  Add({.thing = std::move(thing),
       .what = std::move(what),
       .signed_contradiction = signature_valid_});
}

void ProblemList::AddSignedContradiction(std::string thing, std::string what) {
  Add({.thing = std::move(thing), .what = std::move(what), .signed_contradiction = true});
}

absl::Status ProblemList::NoteFailedRead(const std::string& thing, const absl::Status& status) {
  if (!absl::IsDataLoss(status) && !absl::IsNotFound(status)) return status;
  Add(thing, (absl::IsNotFound(status) ? "is missing: " : "is unreadable: ") +
                 std::string(status.message()));
  return absl::OkStatus();
}

void ProblemList::MarkRecord(std::uint64_t number) {
  if (marked_.size() < kMaxFsckProblems) marked_.insert(number);
}

}  // namespace sumlog::doctor
