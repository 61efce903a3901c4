#include "storage/rocksdb/provenance_cache.h"

#include <iterator>
#include <utility>

namespace sumlog::storage {

std::optional<Provenance> ProvenanceCache::Find(std::uint64_t number) const {
  MutexLock lock(&mu_);
  const auto after = runs_.upper_bound(number);
  if (after == runs_.begin()) return std::nullopt;
  const KnownRun& run = std::prev(after)->second;
  if (number >= run.end) return std::nullopt;
  return run.provenance;
}

void ProvenanceCache::Keep(KnownRun run) {
  if (run.provenance.how.size() + run.provenance.from.size() > kMaxTextBytes) return;
  MutexLock lock(&mu_);
  if (runs_.size() >= kMaxRuns) runs_.clear();
  KnownRun& kept = runs_[run.begin];
  if (kept.end < run.end) kept = std::move(run);
}

}  // namespace sumlog::storage
