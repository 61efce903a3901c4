// Tile paths: tile/<height>/<level or "data">/<index>[.p/<width>].
//
// The index is written in groups of three digits, so that no folder holds more than a few thousand
// names: 1234067 is x001/x234/067. x/mod parses freely and then demands that formatting the result
// gives the path back; here each element has one spelling from the start.

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "sumlog/tlog/tile.h"
#include "tlog/decimal.h"

namespace sumlog::tlog {
namespace {

constexpr std::uint64_t kGroupBase = 1000;
constexpr std::size_t kMaxGroups = 7;     // 2^63 has 19 digits
constexpr std::uint64_t kMaxHeight = 30;  // as in x/mod
constexpr std::size_t kMaxElements = 3 + kMaxGroups + 1;
constexpr std::size_t kMaxPathSizeBytes = 100;  // the longest well-formed path is shorter

// What a well-formed path says, of any height.
struct ParsedPath {
  std::uint64_t height = 0;
  bool is_data = false;
  std::uint64_t level = 0;
  std::uint64_t index = 0;
  std::optional<std::uint64_t> partial_width;
};

// "067" or, in front of other groups, "x234".
std::optional<std::uint64_t> ParseGroup(absl::string_view element, bool is_last) {
  if (!is_last && !absl::ConsumePrefix(&element, "x")) return std::nullopt;
  if (element.size() != 3) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : element) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

std::optional<std::uint64_t> ParseIndex(absl::Span<const absl::string_view> groups) {
  if (groups.empty() || groups.size() > kMaxGroups) return std::nullopt;
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const bool is_last = i + 1 == groups.size();
    const std::optional<std::uint64_t> group = ParseGroup(groups[i], is_last);
    const bool is_padding = i == 0 && !is_last && group == 0u;
    if (!group.has_value() || is_padding) return std::nullopt;
    if (index > (kMaxTreeSize - *group) / kGroupBase) return std::nullopt;
    index = index * kGroupBase + *group;
  }
  return index;
}

// Takes ".p" and the width off the end of the elements. False when they are there but wrong.
bool TakePartialWidth(std::vector<absl::string_view>* elements, ParsedPath* parsed) {
  absl::string_view& last_group = (*elements)[elements->size() - 2];
  if (!absl::ConsumeSuffix(&last_group, ".p")) return true;
  parsed->partial_width = ParseDecimal(elements->back());
  elements->pop_back();
  return parsed->partial_width.has_value() && *parsed->partial_width > 0 &&
         *parsed->partial_width < std::uint64_t{1} << parsed->height;
}

std::optional<ParsedPath> ParseElements(std::vector<absl::string_view> elements) {
  if (elements.size() < 4 || elements.size() > kMaxElements || elements[0] != "tile") {
    return std::nullopt;
  }
  ParsedPath parsed;
  parsed.is_data = elements[2] == "data";
  const std::optional<std::uint64_t> height = ParseDecimal(elements[1]);
  const std::optional<std::uint64_t> level = ParseDecimal(parsed.is_data ? "0" : elements[2]);
  if (!height.has_value() || *height < 1 || *height > kMaxHeight || !level.has_value()) {
    return std::nullopt;
  }
  parsed.height = *height;
  parsed.level = *level;
  if (!TakePartialWidth(&elements, &parsed)) return std::nullopt;
  const std::optional<std::uint64_t> index = ParseIndex(absl::MakeConstSpan(elements).subspan(3));
  if (!index.has_value()) return std::nullopt;
  parsed.index = *index;
  return parsed;
}

}  // namespace

std::string FormatTilePath(const TileId& tile) {
  std::string index = absl::StrCat(absl::Dec(tile.index % kGroupBase, absl::kZeroPad3));
  for (std::uint64_t rest = tile.index / kGroupBase; rest > 0; rest /= kGroupBase) {
    index = absl::StrCat("x", absl::Dec(rest % kGroupBase, absl::kZeroPad3), "/", index);
  }
  const bool is_data = tile.kind == TileId::Kind::kData;
  std::string path =
      absl::StrCat("tile/", kTileHeight, "/",
                   is_data ? std::string("data") : absl::StrCat(tile.level), "/", index);
  if (tile.width != kFullTileWidth) absl::StrAppend(&path, ".p/", tile.width);
  return path;
}

absl::StatusOr<TileId> ParseTilePath(absl::string_view path) {
  if (path.size() > kMaxPathSizeBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("tile path has ", path.size(), " bytes, want at most ", kMaxPathSizeBytes));
  }
  const std::optional<ParsedPath> parsed = ParseElements(absl::StrSplit(path, '/'));
  if (!parsed.has_value()) {
    return absl::InvalidArgumentError(
        "malformed tile path, want tile/8/<level>/<index>[.p/<width>]");
  }
  if (parsed->height != kTileHeight) {
    return absl::NotFoundError(
        absl::StrCat("no tiles of height ", parsed->height, ", only of height ", kTileHeight));
  }
  if (parsed->level >= kMaxTileLevels) {
    return absl::NotFoundError(
        absl::StrCat("no tree has tile level ", parsed->level, ", only 0 to ", kMaxTileLevels - 1));
  }
  const TileId tile = {
      .kind = parsed->is_data ? TileId::Kind::kData : TileId::Kind::kHash,
      .level = static_cast<std::uint32_t>(parsed->level),
      .index = parsed->index,
      .width = static_cast<std::uint32_t>(parsed->partial_width.value_or(kFullTileWidth))};
  if (tile.width > WidestTile(tile.level, tile.index, kMaxTreeSize)) {
    return absl::NotFoundError(absl::StrCat("no tree is large enough for ", path));
  }
  return tile;
}

}  // namespace sumlog::tlog
