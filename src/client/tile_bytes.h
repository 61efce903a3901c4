// The bytes of a hash tile, as a server sends them.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CLIENT_TILE_BYTES_H_
#define SUMLOG_CLIENT_TILE_BYTES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::client {

// kDataLoss: `tile` of a signed tree came with `got` bytes, in words.
absl::Status WrongTileSize(const tlog::TileId& tile, const std::string& got);

// The first `width` hashes of `bytes`, which must be those of exactly `tile`: kDataLoss.
absl::StatusOr<std::vector<tlog::Hash>> ParseTile(const tlog::TileId& tile, absl::string_view bytes,
                                                  std::size_t width);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_TILE_BYTES_H_
