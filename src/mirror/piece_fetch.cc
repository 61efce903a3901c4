#include "mirror/piece_fetch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/thread.h"
#include "client/data_tile.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::mirror {
namespace {

constexpr std::uint64_t kWidth = tlog::kFullTileWidth;

std::uint64_t TileCount(const PieceRange& range) {
  return (range.end + kWidth - 1) / kWidth - range.begin / kWidth;
}

// What a captive portal, or a proxy that has lost its way, says in place of anything.
bool IsWebPage(absl::string_view bytes) {
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(bytes), "<");
}

}  // namespace

PieceFetch::PieceFetch(const Source& source, PieceRange range)
    : source_(source),
      range_(range),
      first_tile_(range.begin / kWidth),
      tiles_(TileCount(range)),
      thread_(StartThread("mirror-piece", [this] { Run(); })) {}

PieceFetch::~PieceFetch() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<Piece> PieceFetch::Take() {
  thread_.join();
  {
    MutexLock lock(&mu_);
    RETURN_IF_ERROR(status_);
  }
  Piece piece{.first = range_.begin, .texts = {}, .leaves = {}};
  std::size_t size_bytes = 0;
  for (const Tile& tile : tiles_) size_bytes += tile.bytes.size();
  const std::uint64_t count = range_.end - range_.begin;
  piece.texts.Reserve(count, size_bytes);
  piece.leaves.reserve(count);
  std::uint64_t number = first_tile_ * kWidth;
  for (const Tile& tile : tiles_) {
    for (std::size_t i = 0; i < tile.texts.size(); ++i, ++number) {
      if (number < range_.begin || number >= range_.end) continue;
      piece.texts.Append(tile.texts[i]);
      piece.leaves.push_back(tile.leaves[i]);
    }
  }
  return piece;
}

void PieceFetch::Run() {
  const absl::StatusOr<SignedTiles> want =
      SignedTiles::Read(source_.head, first_tile_, tiles_.size(), *source_.tiles);
  if (!want.ok()) return Fail(want.status());
  std::vector<std::jthread> workers;
  const std::size_t count = std::min(source_.tiles_at_once, tiles_.size());
  for (std::size_t i = 0; i < count; ++i) {
    workers.push_back(StartThread("mirror-fetch", [this, &want] { FetchTiles(*want); }));
  }
}

void PieceFetch::FetchTiles(const SignedTiles& want) {
  while (!stopping_) {
    const std::size_t taken = next_tile_++;
    if (taken >= tiles_.size()) return;
    const absl::Status status = FetchTile(want, first_tile_ + taken, &tiles_[taken]);
    if (!status.ok()) return Fail(status);
  }
}

absl::Status PieceFetch::FetchTile(const SignedTiles& want, std::uint64_t index, Tile* tile) const {
  const std::uint32_t width = want.WidthOf(index);
  ASSIGN_OR_RETURN(tile->bytes, client::FetchDataTile(*source_.fetcher, index, width));
  absl::StatusOr<std::vector<absl::string_view>> texts = client::ParseDataTile(tile->bytes, width);
  if (!texts.ok()) return JudgeTooFew(want, index, tile->bytes, texts.status());
  tile->texts = *std::move(texts);
  ASSIGN_OR_RETURN(tile->leaves, want.Judge(index, tile->texts));
  return absl::OkStatus();
}

// A tile that does not have all its records was cut on its way, or changed: a separator that became
// something else makes two records one. That the whole of it came as the server had announced does
// not tell these apart, for caches keep cut files, and portals answer in the server's place. What
// does: of a tile that was cut, each record that is whole is the one that was signed. A change
// within the last record cannot be told from a cut, and counts as one.
absl::Status PieceFetch::JudgeTooFew(const SignedTiles& want, std::uint64_t index,
                                     absl::string_view bytes, const absl::Status& too_few) const {
  const std::uint32_t width = want.WidthOf(index);
  const absl::Status cut = absl::UnavailableError(absl::StrCat(
      tlog::FormatTilePath({.kind = tlog::TileId::Kind::kData, .index = index, .width = width}),
      " ", too_few.message()));
  if (IsWebPage(bytes)) return cut;
  const absl::StatusOr<std::vector<std::vector<tlog::Hash>>> leaves =
      source_.tiles->ReadTiles({tlog::TileId{.level = 0, .index = index, .width = width}});
  if (absl::IsUnavailable(leaves.status())) return cut;
  RETURN_IF_ERROR(leaves.status());
  RETURN_IF_ERROR(want.JudgeFirst(index, client::WholeRecords(bytes, width), leaves->front()));
  return cut;
}

void PieceFetch::Fail(const absl::Status& status) {
  stopping_ = true;
  MutexLock lock(&mu_);
  status_.Update(status);  // keeps the first
}

}  // namespace sumlog::mirror
