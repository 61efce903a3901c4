#include "log/record_cache.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::log {
namespace {

constexpr char kH1[] = "h1:";

crypto::Digest KeyOf(const gosum::ModuleVersion& module) {
  return crypto::Sha256(module.ToString());
}

// The first eight bytes are as good as random.
std::uint64_t NumberIn(const crypto::Digest& key) {
  std::uint64_t number = 0;
  std::memcpy(&number, key.data(), sizeof(number));
  return number;
}

// `hash` is valid.
crypto::Digest DigestOf(absl::string_view hash) {
  return tlog::ParseHash(absl::StripPrefix(hash, kH1)).value();
}

std::string TextOf(const gosum::ModuleVersion& module, const crypto::Digest& zip_hash,
                   const crypto::Digest& mod_hash) {
  return gosum::FormatRecordText({.module = module,
                                  .zip_hash = absl::StrCat(kH1, tlog::FormatHash(zip_hash)),
                                  .mod_hash = absl::StrCat(kH1, tlog::FormatHash(mod_hash))});
}

}  // namespace

// calloc, since its pages are the system's until they are written to.
RecordCache::RecordCache(std::size_t max_bytes)
    : set_count_(max_bytes / sizeof(Set)),
      sets_(static_cast<Set*>(std::calloc(std::max<std::size_t>(1, set_count_), sizeof(Set)))) {
  CHECK(sets_ != nullptr);
}

void RecordCache::Freer::operator()(Set* sets) const { std::free(sets); }

RecordCache::Set& RecordCache::SetOf(const crypto::Digest& key) const {
  return sets_[NumberIn(key) % set_count_];
}

RecordCache::Guard& RecordCache::GuardOf(const crypto::Digest& key) {
  return guards_[NumberIn(key) % set_count_ % kLocks];
}

std::optional<RecordCache::Found> RecordCache::Find(const gosum::ModuleVersion& module) {
  if (set_count_ == 0) return std::nullopt;
  const crypto::Digest key = KeyOf(module);
  Place found = {};
  {
    Guard& guard = GuardOf(key);
    MutexLock lock(&guard.mu);
    for (Place& place : SetOf(key)) {
      if (place.used_at == 0 || place.key != key) continue;
      place.used_at = ++guard.now;
      found = place;
      break;
    }
  }
  if (found.used_at == 0) return std::nullopt;
  return Found{.number = found.number, .text = TextOf(module, found.zip_hash, found.mod_hash)};
}

void RecordCache::Keep(const gosum::ModuleVersion& module, std::uint64_t number,
                       absl::string_view text) {
  if (set_count_ == 0) return;
  const absl::StatusOr<gosum::Record> record = gosum::ParseRecordText(text);
  if (!record.ok() || record->module != module) return;
  const Place kept = {.key = KeyOf(module),
                      .zip_hash = DigestOf(record->zip_hash),
                      .mod_hash = DigestOf(record->mod_hash),
                      .number = number,
                      .used_at = 0};
  Guard& guard = GuardOf(kept.key);
  MutexLock lock(&guard.mu);
  Set& set = SetOf(kept.key);
  // Where it lies already, when another thread was quicker; else the place used least recently.
  Place* const place =
      std::min_element(set.begin(), set.end(), [&](const Place& a, const Place& b) {
        const auto rank = [&kept](const Place& each) {
          return std::pair(each.key != kept.key, each.used_at);
        };
        return rank(a) < rank(b);
      });
  *place = kept;
  place->used_at = ++guard.now;
}

}  // namespace sumlog::log
