#include "doctor/index_sums.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "base/bytes.h"
#include "base/check.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::doctor {
namespace {

constexpr std::size_t kHashedAtOnce = 256;

std::uint64_t FirstWord(const tlog::Hash& hash) {
  return ReadBigEndian64(tlog::HashesAsBytes(absl::MakeConstSpan(&hash, 1)));
}

}  // namespace

std::size_t IndexSums::BucketOf(absl::string_view key) {
  return absl::Hash<absl::string_view>()(key) % kBuckets;
}

void IndexSums::Enter(absl::string_view key, std::uint64_t number, bool add) {
  waiting_bytes_.append(salt_);
  AppendBigEndian64(&waiting_bytes_, number);
  waiting_bytes_.append(key.data(), key.size());
  waiting_.push_back({.end = waiting_bytes_.size(), .bucket = BucketOf(key), .add = add});
  if (waiting_.size() == kHashedAtOnce) Settle();
}

void IndexSums::Settle() {
  std::vector<absl::string_view> texts;
  texts.reserve(waiting_.size());
  const absl::string_view bytes = waiting_bytes_;
  std::size_t begin = 0;
  for (const Waiting& one : waiting_) {
    texts.push_back(bytes.substr(begin, one.end - begin));
    begin = one.end;
  }
  std::vector<tlog::Hash> hashes(texts.size());
  tlog::LeafHashes(texts, absl::MakeSpan(hashes));
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const std::uint64_t word = FirstWord(hashes[i]);
    std::uint64_t& sum = sums_[waiting_[i].bucket];
    sum = waiting_[i].add ? sum + word : sum - word;
  }
  waiting_.clear();
  waiting_bytes_.clear();
}

void IndexSums::Merge(const IndexSums& other) {
  CHECK(salt_ == other.salt_);
  for (std::size_t i = 0; i < kBuckets; ++i) sums_[i] += other.sums_[i];
}

bool IndexSums::AllEqual() const {
  return std::all_of(sums_.begin(), sums_.end(), [](std::uint64_t sum) { return sum == 0; });
}

}  // namespace sumlog::doctor
