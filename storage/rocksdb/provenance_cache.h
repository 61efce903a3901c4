// Runs of provenance that were asked for before: finding one in the database takes an iterator,
// which costs a lookup more than finding its record does.
//
// A run is kept as far as it is known to go, which never changes: records do not change their
// provenance. The last run of a log grows with it, and is then asked for again.
//
// Safe from any thread.

#ifndef SUMLOG_STORAGE_ROCKSDB_PROVENANCE_CACHE_H_
#define SUMLOG_STORAGE_ROCKSDB_PROVENANCE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "base/mutex.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::storage {

// Records [begin, end) came in this way.
struct KnownRun {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  Provenance provenance;
};

class ProvenanceCache {
 public:
  // Of a run's texts, mostly names; what takes more is not kept. So the cache has at most 1 MiB.
  static constexpr std::size_t kMaxRuns = 2048;
  static constexpr std::size_t kMaxTextBytes = 256;

  // What is known of record `number`; nullopt: nothing.
  std::optional<Provenance> Find(std::uint64_t number) const;

  // Keeps `run`. A full cache begins anew: what is asked for often is back soon.
  void Keep(KnownRun run);

 private:
  mutable Mutex mu_;
  std::map<std::uint64_t, KnownRun> runs_ ABSL_GUARDED_BY(mu_);  // by begin
};

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_PROVENANCE_CACHE_H_
