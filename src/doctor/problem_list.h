// What a check has found wrong so far.
//
// Not safe from two threads at once.

#ifndef SUMLOG_DOCTOR_PROBLEM_LIST_H_
#define SUMLOG_DOCTOR_PROBLEM_LIST_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "doctor/fsck.h"

namespace sumlog::doctor {

class ProblemList {
 public:
  // Keeps a reference to `report`, which must outlive this object.
  explicit ProblemList(FsckReport& report) : report_(report) {}

  void Add(std::string thing, std::string what);

  // As Add, for bytes that contradict the newest head: a contradiction of signed bytes when that
  // head's signature is valid.
  void AddContradiction(std::string thing, std::string what);
  // As Add, for bytes that contradict another valid signature.
  void AddSignedContradiction(std::string thing, std::string what);
  void SetSignatureValid(bool valid) { signature_valid_ = valid; }

  // Sorts out a failed read of a thing: damage (kDataLoss, or kNotFound of what must be there)
  // becomes a problem and OK, because the check can go on. Anything else is handed back: the disk
  // does not answer.
  absl::Status NoteFailedRead(const std::string& thing, const absl::Status& status);

  // Records that have been named already, so that what follows from their damage is not named as
  // well. Bounded: beyond kMaxFsckProblems of them nobody reads on.
  void MarkRecord(std::uint64_t number);
  bool IsMarked(std::uint64_t number) const { return marked_.contains(number); }

 private:
  void Add(FsckProblem problem);

  FsckReport& report_;
  bool signature_valid_ = false;
  absl::flat_hash_set<std::uint64_t> marked_;
};

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_PROBLEM_LIST_H_
