// The parts of a log that somebody has asked for: single records, and the hash tiles that prove
// them.
//
// Lies in the small state of a LogStore that holds no log. Nothing is judged here: only what has
// been verified may be put in, and a record only after the tiles that prove it.
//
//   part/record/<module>@<version>  →  <number>\n<record text>
//   part/tile/<level>/<index>       →  the hashes of its widest version that was verified
//
// Safe from any thread. Every call may return the store's errors.

#ifndef SUMLOG_MIRROR_SPARSE_LOG_H_
#define SUMLOG_MIRROR_SPARSE_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "sumlog/client/tile_memory.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::mirror {

struct SparseRecord {
  std::uint64_t number = 0;
  std::string text;
};

class SparseLog final : public client::TileMemory {
 public:
  // `store` outlives this object, which is its only writer.
  explicit SparseLog(storage::LogStore* store) : store_(*store) {}

  absl::StatusOr<std::optional<SparseRecord>> FindRecord(const gosum::ModuleVersion& module) const;

  // Durable on return. kInvalidArgument: larger than a store takes.
  absl::Status PutRecord(const gosum::ModuleVersion& module, const SparseRecord& record);

  absl::StatusOr<std::optional<std::vector<tlog::Hash>>> Find(const tlog::TileId& tile) override;
  absl::Status Keep(const tlog::TileId& tile, absl::Span<const tlog::Hash> hashes) override;

 private:
  absl::StatusOr<std::vector<tlog::Hash>> Widest(const tlog::TileId& tile) const;

  storage::LogStore& store_;
  Mutex keep_mu_;  // held by the one who keeps a tile
};

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_SPARSE_LOG_H_
