// The records of a data tile, as servers send them.
//
// Two forms are about: sum.golang.org has an empty line between two records, x/mod's server has one
// behind each, the last one too. A record ends in a newline and has no empty line in itself, so
// both can be read by one rule: a record goes up to the first empty line, or to the end.
//
// Safe from any thread. Spec: golang.org/x/mod/sumdb Server, v0.42.0.

#ifndef SUMLOG_CLIENT_DATA_TILE_H_
#define SUMLOG_CLIENT_DATA_TILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::client {

// 256 records of the largest size that a tree may hold, and a newline between them: 16 MiB.
inline constexpr std::size_t kMaxDataTileBytes =
    tlog::kFullTileWidth * (gosum::kMaxRecordSizeBytes + 1);

// The first `width` records of `bytes`, each with its last newline; views of it. What comes behind
// them is ignored. Nothing is verified. kUnavailable: fewer, or the last one has no end: a file
// that was cut, which contradicts nothing that is signed.
absl::StatusOr<std::vector<absl::string_view>> ParseDataTile(absl::string_view bytes,
                                                             std::uint32_t width);

// The records of `bytes` that have an empty line behind them, `width` at most; views of it.
// Whatever is behind the last one may have been cut.
std::vector<absl::string_view> WholeRecords(absl::string_view bytes, std::uint32_t width);

// The bytes of a data tile of a signed tree. Where the server has no partial tile of that width, of
// the full one, for its tree has grown.
//   kUnavailable  not reachable, or the server does not give it; the server's own words are
//                 ServerTextOf
absl::StatusOr<std::string> FetchDataTile(Fetcher& fetcher, std::uint64_t index,
                                          std::uint32_t width);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_DATA_TILE_H_
