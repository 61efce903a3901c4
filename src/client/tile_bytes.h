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

// kUnavailable: the server has answered with `failure` in place of `tile` of a signed tree. That
// tree has all its tiles, so a 404 says nothing about a module, nor a 403 about what was asked.
// What the server said goes along.
absl::Status TileNotGiven(const tlog::TileId& tile, const absl::Status& failure);

// The first `width` hashes of `bytes`, which must be those of exactly `tile`: kDataLoss.
absl::StatusOr<std::vector<tlog::Hash>> ParseTile(const tlog::TileId& tile, absl::string_view bytes,
                                                  std::size_t width);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_TILE_BYTES_H_
