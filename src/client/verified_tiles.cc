#include "client/verified_tiles.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/status_macros.h"
#include "sumlog/tlog/authenticated_tiles.h"

namespace sumlog::client {
namespace {

// Asks the cache first and remembers what it had to fetch. Lives for one verified call.
class CacheFirst final : public tlog::TileReader {
 public:
  CacheFirst(tlog::TileReader& source, TileCache& cache) : source_(source), cache_(cache) {}

  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override {
    std::vector<std::vector<tlog::Hash>> all(tiles.size());
    std::vector<tlog::TileId> missing;
    std::vector<std::size_t> places;  // of the missing ones in `all`
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      if (std::optional<std::vector<tlog::Hash>> hashes = cache_.Find(tiles[i])) {
        all[i] = *std::move(hashes);
      } else {
        missing.push_back(tiles[i]);
        places.push_back(i);
      }
    }
    if (missing.empty()) return all;
    ASSIGN_OR_RETURN(std::vector<std::vector<tlog::Hash>> fetched, source_.ReadTiles(missing));
    CHECK(fetched.size() == missing.size());
    for (std::size_t i = 0; i < missing.size(); ++i) {
      all[places[i]] = fetched[i];
      fetched_.emplace_back(missing[i], std::move(fetched[i]));
    }
    return all;
  }

  // To be called once every tile that was read has been verified.
  void KeepFetched() {
    for (auto& [tile, hashes] : fetched_) cache_.Keep(tile, std::move(hashes));
  }

 private:
  tlog::TileReader& source_;
  TileCache& cache_;
  std::vector<std::pair<tlog::TileId, std::vector<tlog::Hash>>> fetched_;
};

}  // namespace

absl::StatusOr<std::vector<std::vector<tlog::Hash>>> VerifiedTiles::ReadTiles(
    absl::Span<const tlog::TileId> tiles) {
  CacheFirst reader(source_, cache_);
  tlog::AuthenticatedTiles verified(head_, reader);
  ASSIGN_OR_RETURN(std::vector<std::vector<tlog::Hash>> all, verified.ReadTiles(tiles));
  reader.KeepFetched();
  return all;
}

}  // namespace sumlog::client
