#include "log/log_reader.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "log/store_tiles.h"

namespace sumlog::log {
namespace {

using tlog::TileId;

// Hash tiles through LogReader::HashTile.
class PublishedTiles final : public tlog::TileReader {
 public:
  explicit PublishedTiles(const LogReader& reader) : reader_(reader) {}

  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const TileId> tiles) override {
    std::vector<std::vector<tlog::Hash>> read;
    read.reserve(tiles.size());
    for (const TileId& tile : tiles) {
      ASSIGN_OR_RETURN(std::vector<tlog::Hash> hashes, reader_.HashTile(tile));
      read.push_back(std::move(hashes));
    }
    return read;
  }

 private:
  const LogReader& reader_;
};

// Whether a tile of the wanted kind lies at or below `head`. A tile can be cut from every wider
// one.
absl::Status CheckCovered(const TileId& tile, TileId::Kind kind, const tlog::TreeHead& head) {
  if (tile.kind != kind || tile.width == 0 || tile.width > tlog::kFullTileWidth) {
    return absl::InvalidArgumentError(absl::StrCat(
        tile.kind == TileId::Kind::kHash ? "hash" : "data", " tile of width ", tile.width,
        ", want a ", kind == TileId::Kind::kHash ? "hash" : "data", " tile of width 1 to 256"));
  }
  const std::uint32_t level = kind == TileId::Kind::kData ? 0 : tile.level;
  const std::uint32_t widest = tlog::WidestTile(level, tile.index, head.size);
  if (widest < tile.width) {
    return absl::NotFoundError(absl::StrCat("tile ", FormatTilePath(tile), " has ", widest,
                                            " entries in the tree of ", head.size, " records"));
  }
  return absl::OkStatus();
}

// Whether the first line of `text` is about `module`: "<path> <version> …".
bool IsAbout(absl::string_view text, const gosum::ModuleVersion& module) {
  return absl::ConsumePrefix(&text, module.path) && absl::ConsumePrefix(&text, " ") &&
         absl::ConsumePrefix(&text, module.version) && absl::StartsWith(text, " ");
}

}  // namespace

LogReader::LogReader(const storage::LogStore* store, std::shared_ptr<const PublishedHead> first,
                     Options options, Clock* clock, const BlockList* blocks)
    : store_(store),
      options_(options),
      clock_(clock),
      blocks_(blocks),
      records_(options.record_cache_bytes),
      newest_(first),
      cadence_head_(std::move(first)),
      cadence_renewed_at_(clock->Now()) {
  CHECK(cadence_head_ != nullptr);
}

absl::StatusOr<LookupAnswer> LogReader::Lookup(const gosum::ModuleVersion& module) const {
  const std::shared_ptr<const PublishedHead> newest = Newest();
  const std::string key = module.ToString();
  if (blocks_ != nullptr) {
    const std::optional<Decision> blocked = blocks_->Find(key);
    if (blocked.has_value()) return BlockedError(key, *blocked);
  }
  std::optional<RecordCache::Found> found = records_.Find(module);
  if (!found.has_value()) {
    ASSIGN_OR_RETURN(found, FindInStore(module, key, *newest));
    records_.Keep(module, found->number, found->text);
  }
  return LookupAnswer{.number = found->number,
                      .record_text = std::move(found->text),
                      .head = HeadForLookup(found->number)};
}

absl::StatusOr<RecordCache::Found> LogReader::FindInStore(const gosum::ModuleVersion& module,
                                                          const std::string& key,
                                                          const PublishedHead& newest) const {
  ASSIGN_OR_RETURN(const std::uint64_t number, store_->Find(key));
  if (number >= newest.signed_head.head.size) {
    return absl::NotFoundError(absl::StrCat(key, " is not published yet"));
  }
  absl::StatusOr<std::string> text = store_->Record(number);
  if (absl::IsNotFound(text.status())) {
    return absl::DataLossError(
        absl::StrCat("the index has ", key, " at record ", number, ", which is missing"));
  }
  RETURN_IF_ERROR(text.status());
  if (!IsAbout(*text, module)) {
    return absl::DataLossError(absl::StrCat("the index has ", key, " at record ", number,
                                            ", which is about something else"));
  }
  return RecordCache::Found{.number = number, .text = *std::move(text)};
}

std::shared_ptr<const PublishedHead> LogReader::HeadForLookup(std::uint64_t number) const {
  std::shared_ptr<const PublishedHead> newest = Newest();
  CHECK(number < newest->signed_head.head.size);
  std::shared_ptr<const PublishedHead> replaced;  // dies outside the lock
  MutexLock lock(&cadence_mu_);
  const absl::Time now = clock_->Now();
  const absl::Duration age = now - cadence_renewed_at_;
  // A clock that was set back makes the age negative: renew, or the head would stay for long.
  if (age >= options_.head_interval || age < absl::ZeroDuration()) {
    // `newest` was loaded before the lock: another reader may have renewed to a newer one.
    if (newest->signed_head.head.size >= cadence_head_->signed_head.head.size) {
      replaced = std::exchange(cadence_head_, newest);
    }
    cadence_renewed_at_ = now;
  }
  return number < cadence_head_->signed_head.head.size ? cadence_head_ : newest;
}

absl::StatusOr<std::vector<tlog::Hash>> LogReader::HashTile(const TileId& tile) const {
  const std::shared_ptr<const PublishedHead> newest = Newest();
  const tlog::TreeHead& head = newest->signed_head.head;
  RETURN_IF_ERROR(CheckCovered(tile, TileId::Kind::kHash, head));
  if (tile.index < tlog::LevelSize(tile.level, head.size) / tlog::kFullTileWidth) {
    return ReadStoredTile(*store_, tile);
  }
  const absl::Span<const tlog::Hash> edge = newest->edge.PartialTile(tile.level);
  CHECK(edge.size() >= tile.width);  // the edge is of the tree of the head
  return std::vector<tlog::Hash>(edge.begin(), edge.begin() + tile.width);
}

absl::StatusOr<storage::PackedTexts> LogReader::DataTile(const TileId& tile) const {
  RETURN_IF_ERROR(CheckCovered(tile, TileId::Kind::kData, Newest()->signed_head.head));
  absl::StatusOr<storage::PackedTexts> texts = store_->DataTile(tile.index);
  if (absl::IsNotFound(texts.status())) {
    return absl::DataLossError(
        absl::StrCat("tile ", FormatTilePath(tile), " is missing in the store"));
  }
  RETURN_IF_ERROR(texts.status());
  if (texts->size() < tile.width) {
    return absl::DataLossError(absl::StrCat("tile ", FormatTilePath(tile), " has ", texts->size(),
                                            " records in the store, want ", tile.width));
  }
  if (texts->size() == tile.width) return texts;
  storage::PackedTexts cut;
  cut.Reserve(tile.width, texts->size_bytes());
  for (std::uint32_t i = 0; i < tile.width; ++i) cut.Append((*texts)[i]);
  return cut;
}

std::unique_ptr<tlog::TileReader> LogReader::Tiles() const {
  return std::make_unique<PublishedTiles>(*this);
}

void LogReader::Publish(std::shared_ptr<const PublishedHead> head) {
  CHECK(head->signed_head.head.size >= Newest()->signed_head.head.size);
  newest_.Store(head);
  listeners_.Announce(head);
}

}  // namespace sumlog::log
