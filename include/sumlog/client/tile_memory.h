// Where hash tiles that a client has verified outlive the client.
//
// With it a program that proves again what it has proved before needs no network.

#ifndef SUMLOG_CLIENT_TILE_MEMORY_H_
#define SUMLOG_CLIENT_TILE_MEMORY_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::client {

// Safe from any thread.
class TileMemory {
 public:
  virtual ~TileMemory() = default;

  // The hashes of exactly this tile, when it or a wider version of it is kept.
  virtual absl::StatusOr<std::optional<std::vector<tlog::Hash>>> Find(const tlog::TileId& tile) = 0;

  // Keeps the hashes of a tile, unless a wider version is there; durable on return.
  virtual absl::Status Keep(const tlog::TileId& tile, absl::Span<const tlog::Hash> hashes) = 0;
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_TILE_MEMORY_H_
