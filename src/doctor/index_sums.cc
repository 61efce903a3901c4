#include "doctor/index_sums.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "base/bytes.h"
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
  std::string text = salt_;
  AppendBigEndian64(&text, number);
  text.append(key.data(), key.size());
  waiting_texts_.Append(text);
  waiting_.push_back({.bucket = BucketOf(key), .add = add});
  if (waiting_.size() == kHashedAtOnce) Settle();
}

void IndexSums::Settle() {
  std::vector<absl::string_view> texts;
  texts.reserve(waiting_.size());
  for (std::size_t i = 0; i < waiting_.size(); ++i) texts.push_back(waiting_texts_[i]);
  std::vector<tlog::Hash> hashes(texts.size());
  tlog::LeafHashes(texts, absl::MakeSpan(hashes));
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const std::uint64_t word = FirstWord(hashes[i]);
    std::uint64_t& sum = sums_[waiting_[i].bucket];
    sum = waiting_[i].add ? sum + word : sum - word;
  }
  waiting_.clear();
  waiting_texts_ = storage::PackedTexts();
}

bool IndexSums::AllEqual() const {
  return std::all_of(sums_.begin(), sums_.end(), [](std::uint64_t sum) { return sum == 0; });
}

}  // namespace sumlog::doctor
