// Whether two sets of (key, number) are equal, without keeping either.
//
// Each pair is hashed with a secret salt, and the hashes are added up (of records) and taken off
// (of index rows), modulo 2^64, in one of 65,536 buckets that the key chooses. Equal sets leave
// every bucket at zero; sets that differ leave a zero by luck once in 2^64, also when somebody made
// the difference on purpose, because the salt is not known to him. A bucket that is not zero says
// where to look, so that damage is found by one pass over both sets and named by a look at a few
// keys.
//
// Memory: 512 KiB, whatever the size of the log. Not safe from two threads at once.

#ifndef SUMLOG_DOCTOR_INDEX_SUMS_H_
#define SUMLOG_DOCTOR_INDEX_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace sumlog::doctor {

class IndexSums {
 public:
  // `salt` should be 16 unpredictable bytes.
  explicit IndexSums(std::string salt) : salt_(std::move(salt)), sums_(kBuckets) {}

  void AddRecord(absl::string_view key, std::uint64_t number) { Enter(key, number, true); }
  void TakeOffRow(absl::string_view key, std::uint64_t number) { Enter(key, number, false); }

  // Counts what is still waiting to be hashed. To be called before the functions below.
  void Settle();

  // Takes in what another object with the same salt has counted.
  void Merge(const IndexSums& other);

  bool AllEqual() const;
  // Whether the records and rows with this key, or with others of its bucket, may differ.
  bool MayDiffer(absl::string_view key) const { return sums_[BucketOf(key)] != 0; }

 private:
  static constexpr std::size_t kBuckets = 65'536;

  void Enter(absl::string_view key, std::uint64_t number, bool add);
  static std::size_t BucketOf(absl::string_view key);

  struct Waiting {
    std::size_t end = 0;  // of its bytes in waiting_bytes_
    std::size_t bucket = 0;
    bool add = false;
  };

  const std::string salt_;
  std::vector<std::uint64_t> sums_;

  // Hashed many at a time, which is faster.
  std::string waiting_bytes_;
  std::vector<Waiting> waiting_;
};

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_INDEX_SUMS_H_
