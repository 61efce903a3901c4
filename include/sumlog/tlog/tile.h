// Tiles: the pieces in which a tree is stored, cached and sent.
//
// A hash tile holds up to 256 hashes of one level: tile `index` of level L holds the hashes of the
// subtrees of 256^L records, from number 256·index on. A data tile holds up to 256 records. A tile
// that is not full is a prefix of the full one: its *width* says how much of it there is.
//
// Pure: no I/O, no locks, no clock. Safe from any thread.
// Spec: golang.org/x/mod/sumdb/tlog Tile, with tile height 8, the only one that `go` uses.

#ifndef SUMLOG_TLOG_TILE_H_
#define SUMLOG_TLOG_TILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog::tlog {

inline constexpr unsigned kTileHeight = 8;
inline constexpr std::uint32_t kFullTileWidth = 1u << kTileHeight;

// 256^8 = 2^64: no tree has hashes on level 8 or above.
inline constexpr std::uint32_t kMaxTileLevels = 8;

struct TileId {
  enum class Kind { kHash, kData };

  Kind kind = Kind::kHash;
  std::uint32_t level = 0;               // 0-based; hash tiles only, a data tile has level 0
  std::uint64_t index = 0;               // 0-based; number of the tile on its level
  std::uint32_t width = kFullTileWidth;  // 1 to 256 hashes or records

  friend bool operator==(const TileId&, const TileId&) = default;
};

// "tile/8/0/x001/234.p/5", "tile/8/data/000": without a slash in front.
std::string FormatTilePath(const TileId& tile);

// Accepts exactly what FormatTilePath writes. Returns otherwise:
//   kInvalidArgument  not a tile path (padding, zero or full partial width, overflow, …)
//   kNotFound         a well-formed path that no log of ours can have: height other than 8 (1 to
//                     30 are well-formed), a level of 8 or more, an index beyond any tree
absl::StatusOr<TileId> ParseTilePath(absl::string_view path);

// How many hashes level `level` (of tiles) of a tree of `tree_size` records has:
// tree_size / 256^level, rounded down. Data tiles count as level 0.
std::uint64_t LevelSize(std::uint32_t level, std::uint64_t tree_size);

// The width of the widest version of the tile in a tree of `tree_size` records: 0 (outside the
// tree) to 256.
std::uint32_t WidestTile(std::uint32_t level, std::uint64_t index, std::uint64_t tree_size);

// The hash tiles of a tree of `new_size` records that differ from those of `old_size`, in order of
// level and index, each at its widest. Requires old_size <= new_size. x/mod calls it NewTiles.
std::vector<TileId> TilesAddedBy(std::uint64_t old_size, std::uint64_t new_size);

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_TILE_H_
