// The records that were looked up lately, beside the store: a way through a database takes two
// searches in compressed blocks, this one a look at one place.
//
// A published record never changes, nor does the number that a module version is found at: what is
// kept becomes old, never wrong.
//
// A table of a fixed size. A record takes 112 bytes of it whatever its names: their SHA-256, its
// number and its two hashes, from which its text follows. Where a record may lie is one of four
// places, and there the one that was used least recently goes.
//
// Safe from any thread.

#ifndef SUMLOG_LOG_RECORD_CACHE_H_
#define SUMLOG_LOG_RECORD_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "crypto/sha256.h"
#include "sumlog/gosum/module_version.h"

namespace sumlog::log {

class RecordCache {
 public:
  // Room for 300,000 records. What nobody has used takes no memory.
  static constexpr std::size_t kDefaultMaxBytes = std::size_t{32} << 20;

  struct Found {
    std::uint64_t number = 0;
    std::string text;
  };

  // 0 bytes keep nothing.
  explicit RecordCache(std::size_t max_bytes = kDefaultMaxBytes);

  std::optional<Found> Find(const gosum::ModuleVersion& module);

  // `text` is that of record `number`, which is published, and is where `module` is found. One that
  // is not the usual two lines about `module` is not kept.
  void Keep(const gosum::ModuleVersion& module, std::uint64_t number, absl::string_view text);

 private:
  struct Place {
    crypto::Digest key;                 // SHA-256 of "path@version"
    crypto::Digest zip_hash, mod_hash;  // what stands behind "h1:"
    std::uint64_t number;
    std::uint64_t used_at;  // 0: nothing lies here
  };
  static constexpr std::size_t kPlaces = 4;
  using Set = std::array<Place, kPlaces>;

  static constexpr std::size_t kLocks = 64;
  struct Guard {
    Mutex mu;
    std::uint64_t now ABSL_GUARDED_BY(mu) = 0;  // counts uses
  };

  struct Freer {
    void operator()(Set* sets) const;
  };

  Set& SetOf(const crypto::Digest& key) const;
  Guard& GuardOf(const crypto::Digest& key);

  const std::size_t set_count_;
  const std::unique_ptr<Set[], Freer> sets_;  // each guarded by the GuardOf its keys
  std::array<Guard, kLocks> guards_;
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_RECORD_CACHE_H_
