// Goal: no text crashes the parser of tile paths, and it accepts exactly what it would write.
// Method: libFuzzer.

#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::tlog {
namespace {

void Fuzz(absl::string_view path) {
  const auto tile = ParseTilePath(path);
  if (!tile.ok()) {
    CHECK(absl::IsInvalidArgument(tile.status()) || absl::IsNotFound(tile.status()));
    return;
  }
  CHECK(FormatTilePath(*tile) == path);
  CHECK(tile->width >= 1 && tile->width <= kFullTileWidth);
  CHECK(tile->level < kMaxTileLevels);
  // Arithmetic on what was accepted must not overflow.
  CHECK(WidestTile(tile->level, tile->index, 0) == 0);
  CHECK(WidestTile(tile->level, tile->index, ~std::uint64_t{0}) <= kFullTileWidth);
}

}  // namespace
}  // namespace sumlog::tlog

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sumlog::tlog::Fuzz(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
